/** What else may go wrong round a step: each is one clear sentence or goes unnoticed, and the same command goes on afterwards. */
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  rmdirSync,
  rmSync,
  statfsSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { newFolder } from "../study/pictures.js";
import { buildFaultyDisk, type FaultyDisk } from "./faultyDisk.js";
import { steps } from "./steps.js";
import { differences, treeOf } from "./tree.js";
import { calmSteps, copyOf, type, type CalmSteps, type Ended, type Surroundings, type Work } from "./work.js";

// Each test starts a command two or three times, on slow machines too.
vi.setConfig({ testTimeout: 600_000 });

const named = (name: string) => steps.find((step) => step.name === name)!;
const chosen = ["patches", "folds", "databases", "databases, direct", "train"].map(named);
const [patches, , databases, direct, train] = chosen;

let disk: FaultyDisk | undefined;
let calm: CalmSteps;
beforeAll(async () => {
  disk = buildFaultyDisk();
  calm = await calmSteps(disk, chosen);
}, 1_800_000);

const preload = join(__dirname, "disturb.cjs");
const disturbed = (how: string): NodeJS.ProcessEnv => ({
  NODE_OPTIONS: `--require ${preload}`,
  DISTURB: how,
});

/** The error's sentence; nothing when all went well, whatever TensorFlow writes beside it. */
function wordsOf({ status, last, errors }: Ended): string {
  return status === 0 && last.event === "result" ? "" : (last.message ?? errors);
}

/** Removes a folder into which others write meanwhile. */
function removeWhateverComes(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 1 });
}

/** Begins a step in these surroundings; gives how it ended, and what has become of it when it was gone on with. */
async function begun(step: typeof patches, surroundings: Surroundings, work = copyOf(calm.of(step).from)) {
  const ended = await type(work, step, "command", surroundings);
  return { ...ended, work, sentence: wordsOf(ended) };
}

async function expectGoesOn(step: typeof patches, work: Work): Promise<void> {
  const again = await type(work, step, "again");
  expect(wordsOf(again)).toBe("");
  expect(differences(await treeOf(work.root), calm.of(step).result.after)).toEqual([]);
}

describe("a worker thread that dies", () => {
  test.each([
    [patches, 1],
    [patches, 3],
    [databases, 1],
    [databases, 2],
    [direct, 2],
    [train, 3],
  ])("in $name: the step says so and ends, and goes on later", async (step, answer) => {
    const { status, last, sentence, work } = await begun(step, { env: disturbed(`thread:${answer}`) });
    expect(sentence).toMatch(
      /^the (patches|databases).*: found a lost worker thread \(.*\), expected it to finish its part; see that enough memory is free, and run the same again; what is made is kept\.$/,
    );
    expect([status, last.code]).toEqual([1, "ProcessLost"]);
    await expectGoesOn(step, work);
  });
});

describe("a clock that jumps", () => {
  test.each([
    [patches, 86_400],
    [databases, -86_400],
    [train, 3600],
  ])("is of no interest to $name", async (step, seconds) => {
    const { sentence, work } = await begun(step, { env: disturbed(`clock:${seconds}`) });
    expect(sentence).toBe("");
    expect(differences(await treeOf(work.root), calm.of(step).result.after)).toEqual([]);
  });
});

describe("a slow disk", () => {
  test.each([patches, databases])("costs $name time and nothing else", async (step) => {
    if (!disk) return;
    const work = copyOf(calm.of(step).from);
    const { sentence } = await begun(step, { env: disk.environment(work.root, "slow", 3000) }, work);
    expect(sentence).toBe("");
    expect(differences(await treeOf(work.root), calm.of(step).result.after)).toEqual([]);
  });
});

describe("a folder that is removed in the middle", () => {
  test.each([patches, databases, train])("$name says so in one sentence", async (step) => {
    const { status, last, sentence } = await begun(step, {
      onOut(text, { root }) {
        if (text.includes('"progress"')) removeWhateverComes(join(root, "study"));
      },
    });
    expect(status).toBe(1);
    expect(last.code, sentence).toMatch(/^(BadInput|MissingStep)$/);
    expect(sentence).toMatch(/found .*, expected .*; .*\.$/);
  });
});

describe("no folder for temporary files", () => {
  test("training says what it is for, and which variable names another one", async () => {
    const { work, ...ended } = await begun(train, { env: { TMPDIR: "/nowhere" } });
    expect(ended.sentence).toBe(
      "/nowhere: found no folder of that name, expected a folder for temporary files, through which the network comes onto the engine; free some space there, or set TMPDIR to another folder.",
    );
    await expectGoesOn(train, work);
  });
});

/** The rights of nobody, who may read and not write; only root can take them on. */
const asNobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];
const canBeNobody =
  process.getuid?.() === 0 && spawnSync(asNobody[0], [...asNobody.slice(1), "true"]).status === 0;

describe.skipIf(!canBeNobody)("a folder that can only be read", () => {
  test.each([patches, databases, train])("$name says so in one sentence", async (step) => {
    const work = copyOf(calm.of(step).from);
    for (let folder = work.root; folder.includes("histobook-test-"); folder = join(folder, ".."))
      chmodSync(folder, 0o755);
    mkdirSync(work.temporary, { recursive: true });
    const { status, last, sentence } = await begun(step, { before: asNobody }, work);
    expect(sentence).toMatch(
      /: found no permission to write there, expected a place to write to; choose another folder or change its permissions\.$/,
    );
    expect([status, last.code]).toEqual([1, "BadInput"]);
    await expectGoesOn(step, work);
  });
});

/** A small file system, where this process may have one (root on Linux). */
const mount = newFolder();
const canMount = spawnSync("mount", ["-t", "tmpfs", "-o", "size=64m", "none", mount]).status === 0;
afterAll(() => {
  if (canMount) spawnSync("umount", [mount]);
});

describe.skipIf(!canMount)("a file system that is full", () => {
  test.each([patches, databases, train])(
    "$name says so, and goes on when there is room again",
    async (step) => {
      rmSync(join(mount, "work"), { recursive: true, force: true });
      const { from, result } = calm.of(step);
      const work = copyOf(from, mount);
      // Half of what the step makes has room.
      const needed = sizeOf(result.work.root) - sizeOf(work.root);
      const ballast = join(mount, "ballast");
      const { bavail, bsize } = statfsSync(mount);
      writeFileSync(ballast, new Uint8Array(Math.max(0, bavail * bsize - needed / 2)));
      const { status, last, sentence } = await begun(step, {}, work);
      rmSync(ballast);
      expect(sentence).toMatch(/: found a full disk, expected .*; free some space/);
      expect([status, last.code]).toEqual([1, "BadInput"]);
      await expectGoesOn(step, work);
    },
  );
});

/** What a folder's files take on such a file system, in bytes. */
function sizeOf(folder: string): number {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true });
  const sizes = files.map((entry) => statSync(join(entry.parentPath, entry.name)).size);
  return sizes.reduce((sum, size) => sum + 4096 * Math.ceil(size / 4096), 0);
}

/** A group of processes with a memory limit of its own, where this process may make one (root, cgroups of version 1). */
const group = `/sys/fs/cgroup/memory/histobook-test-${process.pid}`;
const canLimit = (() => {
  try {
    mkdirSync(group);
    return true;
  } catch {
    return false;
  }
})();
afterAll(() => {
  if (canLimit) rmdirSync(group);
});

describe.skipIf(!canLimit)("too little memory", () => {
  const limitedTo = (megabytes: number): Surroundings => {
    writeFileSync(join(group, "memory.limit_in_bytes"), `${megabytes}M`);
    return { before: ["sh", "-c", `echo $$ > ${group}/tasks; exec "$0" "$@"`] };
  };

  test("64 MB are too little for step 1, which says so before it begins", async () => {
    const { status, last, work } = await begun(patches, limitedTo(64));
    expect(last.message).toBe(
      "patches: found a limit of 64 MB of memory, expected at least 80 MB; raise the limit of the container, the job or the machine.",
    );
    expect([status, last.code]).toEqual([1, "TooLittleMemory"]);
    await expectGoesOn(patches, work);
  });

  test("200 MB are too little for TensorFlow, which says so when it is asked for", async () => {
    const step = { ...train, command: [...train.command, "--engine", "tensorflow"] };
    const { status, last, work } = await begun(step, limitedTo(200));
    expect(last.message).toContain(
      "TensorFlow: found a limit of 200 MB of memory, expected at least 300 MB; raise the limit of the container, the job or the machine.",
    );
    expect([status, last.code]).toEqual([1, "NoEngine"]);
    await expectGoesOn(train, work);
  });
});
