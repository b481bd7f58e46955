/**
 * Every kind of bad input that the troubleshooting page knows, on a real small study with all steps done: the exact sentence, the
 * exit status, no stack, and nothing harmed that was made before. HISTOBOOK_UPDATE_MESSAGES=1 writes down what is said now.
 */
import { createHash } from "node:crypto";
import { cpSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { openStudy, showMap } from "histobook";
import { checkPayload } from "histobook/payloads";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readHelpPages, type HelpEntry } from "../../kernel-lib/src/help/index.js";
import { messageOf } from "../../kernel-lib/src/foundation/index.js";
import { run } from "../cli/command.js";
import { newFolder } from "../study/pictures.js";
import { serveNothing } from "./server.js";
import { damages, sha256OfNamed, type Place } from "./damages.js";
import { finishedStudy, neighbours } from "./finishedStudy.js";

const pages = readHelpPages();
const updating = process.env.HISTOBOOK_UPDATE_MESSAGES === "1";
let finished: string;
let server: Awaited<ReturnType<typeof serveNothing>>;

beforeAll(async () => {
  [finished, server] = await Promise.all([finishedStudy(), serveNothing()]);
}, 240_000);

afterAll(() => {
  server.close();
  if (updating) {
    const path = join(__dirname, "../../kernel-lib/help/messages.json");
    writeFileSync(path, JSON.stringify(pages, null, 2) + "\n");
  }
});

test("each kind has its damage, and each damage its kind", () => {
  const kinds = pages.flatMap(({ entries }) => entries.map(({ kind }) => kind));
  expect(Object.keys(damages).sort()).toEqual([...kinds].sort());
  expect(new Set(kinds).size).toBe(kinds.length);
  expect(kinds.length).toBeGreaterThan(60);
});

describe.each(pages.filter(({ entries }) => entries.length > 0))("$topic", ({ topic, entries }) => {
  test.concurrent.each(entries)(
    "$kind",
    async (entry) => {
      const place = newPlace();
      await damages[entry.kind](place);
      const before = filesOf(place.folder);
      const said = await meet(entry, place);
      const after = filesOf(place.folder);
      if (updating) Object.assign(entry, { message: said.message, status: said.status });
      expect(said).toEqual({ message: entry.message, status: entry.status, more: `histobook help ${topic}` });
      expect(entry.message).toMatch(/: found .+, expected .+; .+\.$/);
      expect(harmed(before, after, entry)).toEqual([]);
    },
    120_000,
  );
});

function newPlace(): Place {
  const folder = newFolder();
  const study = join(folder, "study");
  cpSync(finished, study, { recursive: true });
  neighbours(folder);
  return { study, folder };
}

interface Said {
  message: string;
  status: number | null;
  /** The command that says more. */
  more: string;
}

/** Runs what the case runs, and gives its one sentence with STUDY and FOLDER for this copy's paths. */
async function meet(entry: HelpEntry, place: Place): Promise<Said> {
  const general = (text: string): string =>
    text
      .replaceAll(place.study, "STUDY")
      .replaceAll(place.folder, "FOLDER")
      .replaceAll(server.url, "SERVER")
      .replaceAll(sha256OfNamed(entry.run, place) || "\0", "SHA256");
  const inLibrary = library[entry.run];
  if (inLibrary) {
    const { message, more } = await inLibrary(place);
    return { message: general(message), status: 1, more };
  }
  // Word by word: a folder's name may have blanks in it.
  const args = entry.run
    .split(" ")
    .map((word) =>
      word
        .replaceAll("STUDY", place.study)
        .replaceAll("FOLDER", place.folder)
        .replaceAll("SERVER", server.url)
        .replaceAll("SHA256", sha256OfNamed(entry.run, place)),
    );
  const { status, errors, out } = await run(args, { folder: place.folder, env: environment() });
  expect(errors + out).not.toMatch(/^\s+at /m);
  // eslint-disable-next-line no-control-regex
  expect(errors.replaceAll("\n", "")).not.toMatch(/[\u0000-\u001f]/);
  const sentences = errors.split("\n").filter((line) => /^(Error|Skipped): /.test(line));
  expect(sentences.length, errors).toBe(1);
  const more = errors.trimEnd().split("\n").at(-1)!;
  return {
    message: general(sentences[0].replace(/^\w+: /, "")),
    status,
    more: more.replace(/^More: /, ""),
  };
}

/** No scheduler and no proxy, whatever this machine has. */
function environment(): NodeJS.ProcessEnv {
  return { PATH: "/nowhere", HOME: process.env.HOME, LD_LIBRARY_PATH: process.env.LD_LIBRARY_PATH };
}

const fromPayload = (
  view: Parameters<typeof checkPayload>[0],
  data: unknown,
): { message: string; more: string } => {
  const check = checkPayload(view, data);
  if (check.ok) throw new Error("nothing found");
  const [{ where, found, expected }] = check.problems;
  return {
    message: `${where}: found ${found}, expected ${expected}; run the cell again.`,
    more: "histobook help notebooks",
  };
};

/** Cases of the public functions. */
const library: Record<
  string,
  (place: Place) => { message: string; more: string } | Promise<{ message: string; more: string }>
> = {
  "showMap(openStudy(STUDY), 'P9_1')": ({ study }) =>
    showMap(openStudy(study), "P9_1").then(
      () => {
        throw new Error("a map of an image that isn't there");
      },
      (error: unknown) => ({ message: messageOf(error), more: (error as { help: string }).help }),
    ),
  "checkPayload('cases', { version: 2 })": () => fromPayload("cases", { version: 2 }),
  "checkPayload('training-curve', { version: 1 })": () => fromPayload("training-curve", { version: 1 }),
  "checkPayload('probability-map', WITH_ADDRESS)": () =>
    fromPayload("probability-map", {
      version: 1,
      name: "8918_00007",
      width: 4,
      height: 4,
      image: "https://example.org/8918_00007.png",
      probability: "data:image/png;base64,iVBORw0KGgo=",
      mask: null,
      fold: 1,
      role: "test",
      threshold: 0.5,
    }),
};

/** Each file's SHA-256, by its path; of LevelDB, which writes into a folder when it opens it, only what holds records. */
function filesOf(folder: string): Map<string, string> {
  const files = new Map<string, string>();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const name = relative(folder, path);
    if (entry.isFile() && !/DB_\w+\/(?!\d+\.ldb)/.test(name))
      files.set(name, createHash("sha256").update(readFileSync(path)).digest("hex"));
  }
  return files;
}

/** Files that are gone or changed although the case does not say so, and unfinished ones that were left behind. */
function harmed(
  before: Map<string, string>,
  after: Map<string, string>,
  { changes = [] }: HelpEntry,
): string[] {
  const mayChange = (name: string): boolean => changes.some((start) => name.startsWith(`study/${start}`));
  return [
    ...[...before].filter(([name, sum]) => after.get(name) !== sum && !mayChange(name)).map(([name]) => name),
    ...[...after.keys()].filter((name) => name.includes(".unfinished-") || name.endsWith(".lock")),
  ];
}
