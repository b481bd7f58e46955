/** Two trainings of one fold at once, as when a node comes back whose job another one has taken. */
import { existsSync, mkdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { beforeAll, describe, expect, test } from "vitest";
import type { Study } from "../../kernel-lib/dist/study/index.js";
import { run, runJson } from "../cli/command.js";
import { copyOfStudy, newPreparedStudy } from "./smallStudy.js";

let prepared: Study;
beforeAll(async () => {
  prepared = await newPreparedStudy();
});

const command = (directory: string, iterations: number): string[] => [
  ...["train", directory, "--fold", "1", "--batch", "4", "--iterations", String(iterations)],
  ...["--snapshot-every", String(iterations), "--processes", "0"],
];

describe.concurrent("the lock of a fold's training", () => {
  test("a second training is told in one sentence who is at work since when; the first goes on", async () => {
    const { directory } = copyOfStudy(prepared);
    const lock = join(directory, "models", "1-training.lock");
    let first: { pid?: number; stop: () => void } | undefined;
    const training = runJson(command(directory, 1_000_000), {
      onOut: (_, child) => (first ??= { pid: child.pid, stop: () => child.kill("SIGTERM") }),
    });
    while (!existsSync(lock) || first === undefined) await sleep(50);
    const { since } = JSON.parse(readFileSync(lock, "utf8")) as { since: string };
    const second = await run(command(directory, 20));
    expect(second.status).toBe(1);
    expect(second.errors).toMatch(/\n?Error: .*\nMore: histobook help locks\n$/);
    expect(second.errors).toContain(
      `Error: the training of fold 1: found process ${first.pid} on ${hostname()} working since ${since}, ` +
        "expected nobody else at work there; wait until it has finished, or stop that process.\n",
    );
    first.stop();
    expect((await training).last).toMatchObject({ event: "error", code: "Interrupted" });
    expect(existsSync(lock)).toBe(false);
    expect((await run(command(directory, 20))).status).toBe(0);
  });

  test("what a machine that is gone has left is taken over, with a warning; one that comes back ends with its own sentence", async () => {
    const { directory } = copyOfStudy(prepared);
    const lock = join(directory, "models", "1-training.lock");
    const text = JSON.stringify({ host: "node7", pid: 1, since: "2020-01-01T00:00:00.000Z" });
    mkdirSync(join(directory, "models"));
    writeFileSync(lock, text);
    const hourAgo = Date.now() / 1000 - 3600;
    utimesSync(lock, hourAgo, hourAgo);
    const training = runJson(command(directory, 1_000_000));
    while (!existsSync(lock) || readFileSync(lock, "utf8") === text) await sleep(100);
    // Now the other way round: node7 takes this one's place.
    rmSync(lock);
    writeFileSync(lock, text);
    const { events, last } = await training;
    const warnings = events.flatMap(({ event, message }) => (event === "warning" ? [String(message)] : []));
    expect(warnings.find((words) => words.includes("heard of"))).toMatch(
      /^the training of fold 1: process 1 on node7 working since .* has not been heard of for 36\d\d s; after 120 s its place is taken\.$/,
    );
    expect(last).toMatchObject({ event: "error", code: "Locked" });
    expect(last.message).toContain("another process has taken this one's place");
    expect(readFileSync(lock, "utf8")).toBe(text);
  });
});
