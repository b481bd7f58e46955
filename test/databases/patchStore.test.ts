import { execFileSync, spawn } from "node:child_process";
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { setImmediate as nextTurn } from "node:timers/promises";
import { join } from "node:path";
import { ClassicLevel } from "classic-level";
import { describe, expect, test } from "vitest";
import { encodeDatum } from "../../kernel-lib/dist/caffe/index.js";
import {
  databaseSummary,
  memoryPatchStore,
  openPatchStore,
  openStoreInThread,
  type MemoryPatch,
} from "../../kernel-lib/dist/databases/index.js";
import { cyclicStore } from "../../kernel-lib/dist/databases/patchStore.js";
import { contractPatches, contractShape, patchStoreContract } from "./patchStore.contract.js";

const root = join(__dirname, "..", "..");
const newFolder = () => mkdtempSync(join(tmpdir(), "histobook-store-"));

async function levelOf(records: [string, Uint8Array][]): Promise<string> {
  const path = join(newFolder(), "DB");
  const level = new ClassicLevel<string, Uint8Array>(path, { valueEncoding: "view" });
  await level.batch(records.map(([key, value]) => ({ type: "put", key, value })));
  await level.close();
  return path;
}

const record = ({ key, pixels, label }: MemoryPatch): [string, Uint8Array] => [
  key,
  encodeDatum({ ...contractShape, data: pixels, label, encoded: false }),
];

describe("a store in memory", () => {
  patchStoreContract((patches) => Promise.resolve().then(() => memoryPatchStore(patches, contractShape)));
});

test("a store reads the batches ahead that it was asked to, and no more", async () => {
  let decoded = 0;
  const store = cyclicStore({
    subject: "store",
    shape: contractShape,
    async *round() {
      yield await Promise.resolve(contractPatches);
    },
    decode(patch) {
      decoded++;
      return patch;
    },
    close: () => Promise.resolve(),
  });
  let read = 0;
  for await (const batch of store.batches(2, { ahead: 3 })) {
    read += batch.count;
    for (let turn = 0; turn < 20; turn++) await nextTurn();
    expect(decoded).toBe(read + 3 * 2);
    if (read === 10) break;
  }
});

describe("a database in a thread of its own", () => {
  patchStoreContract(async (patches) =>
    openStoreInThread({ kind: "database", path: await levelOf(patches.map(record)) }),
  );

  test("fails with the sentences that it would have here, when it is opened and while it is read", async () => {
    const nowhere = join(newFolder(), "DB");
    const sentenceOf = (work: Promise<unknown>) =>
      work.catch((error: Error) => `${error.name}: ${error.message}`);
    expect(await sentenceOf(openStoreInThread({ kind: "database", path: nowhere }))).toBe(
      await sentenceOf(openPatchStore(nowhere)),
    );
    const broken = await levelOf([record(contractPatches[0]), ["1", Uint8Array.of(255, 255)]]);
    const sentences = [];
    for (const open of [openPatchStore, (path: string) => openStoreInThread({ kind: "database", path })]) {
      const store = await open(broken);
      sentences.push(await sentenceOf(store.batches(3).next()));
      await store.close();
    }
    expect(sentences[0]).toMatch(/^HistobookError: .*record 1: found/);
    expect(sentences[1]).toBe(sentences[0]);
  });

  test("gives batches while this thread never waits for an event", async () => {
    const path = await levelOf(contractPatches.map(record));
    const store = await openStoreInThread({ kind: "database", path });
    const batches = store.batches(2, { ahead: 2 });
    await batches.next();
    const busy = (milliseconds: number) => {
      for (const end = performance.now() + milliseconds; performance.now() < end;);
    };
    let events = 0;
    const count = () => {
      events++;
      setImmediate(count).unref();
    };
    setImmediate(count).unref();
    busy(200);
    for (let i = 0; i < 2; i++) expect((await batches.next()).value?.count).toBe(2);
    expect(events).toBe(0);
    await store.close();
  });
});

describe("a LevelDB store", () => {
  patchStoreContract(async (patches) => openPatchStore(await levelOf(patches.map(record))));

  test("is refused and not made when the folder is missing", async () => {
    const path = join(newFolder(), "DB_train_1");
    await expect(openPatchStore(path)).rejects.toMatchObject({ code: "MissingStep" });
    expect(existsSync(path)).toBe(false);
  });

  test("is refused and nothing is written when the folder holds something else", async () => {
    const path = newFolder();
    writeFileSync(join(path, "notes.txt"), "mine");
    await expect(openPatchStore(path)).rejects.toThrow("found no LevelDB");
    expect(readdirSync(path)).toEqual(["notes.txt"]);
  });

  test("names the record when it has another size than the first", async () => {
    const odd = encodeDatum({
      channels: 1,
      height: 2,
      width: 2,
      data: new Uint8Array(4),
      label: 0,
      encoded: false,
    });
    const path = await levelOf([...contractPatches.map(record), ["00000009_odd.png", odd]]);
    const store = await openPatchStore(path);
    const read = async () => {
      for await (const batch of store.batches(8)) expect(batch.count).toBe(8);
    };
    await expect(read()).rejects.toThrow("record 00000009_odd.png: found 1 x 2 x 2");
    await store.close();
  });

  test("names the record when its bytes are no Datum, and databaseSummary counts on", async () => {
    const path = await levelOf([
      ...contractPatches.map(record),
      ["00000003_broken.png", Uint8Array.of(255, 255, 1)],
    ]);
    const store = await openPatchStore(path);
    await expect(store.batches(8).next()).rejects.toThrow("record 00000003_broken.png");
    await store.close();
    const summary = await databaseSummary(path);
    expect(summary.count).toBe(8);
    expect(summary.broken.map(({ key }) => key)).toEqual(["00000003_broken.png"]);
    expect(summary.byClass).toEqual([3, 2, 2]);
  });

  test("says which numbers no key has", async () => {
    const numbered = (number: number): string => `${String(number).padStart(8, "0")}_odd.png`;
    const [, value] = record(contractPatches[0]);
    const keys = [2, 3, 5, 9].map(numbered);
    const summary = await databaseSummary(await levelOf(keys.map((key) => [key, value])));
    expect(summary.missing).toEqual([
      { first: 0, last: 1 },
      { first: 4, last: 4 },
      { first: 6, last: 8 },
    ]);
    const other = await databaseSummary(await levelOf([["of another form", value]]));
    expect(other.missing).toEqual([]);
  });

  test("says that this process has it open when it is opened twice", async () => {
    const path = await levelOf(contractPatches.map(record));
    const store = await openPatchStore(path);
    await expect(openPatchStore(path)).rejects.toMatchObject({ code: "Locked" });
    await store.close();
    await (await openPatchStore(path)).close();
  });

  test("names the process that has it open", async () => {
    const path = await levelOf(contractPatches.map(record));
    const script = `const { openPatchStore } = require(${JSON.stringify(join(root, "kernel-lib/dist/databases/index.js"))});
      openPatchStore(${JSON.stringify(path)}).then(() => { console.log("open"); setInterval(() => {}, 1000); });`;
    const other = spawn(process.execPath, ["-e", script], { stdio: ["ignore", "pipe", "inherit"] });
    try {
      await once(other.stdout, "data");
      const error: unknown = await openPatchStore(path).catch((caught: unknown) => caught);
      expect(error).toMatchObject({ code: "Locked" });
      if (existsSync("/proc/locks")) expect((error as Error).message).toContain(`process ${other.pid}`);
      expect((error as Error).message).not.toMatch(/delete|remove/);
    } finally {
      other.kill("SIGKILL");
      await once(other, "exit");
    }
    await (await openPatchStore(path)).close();
  });

  test("says what to do when the folder can't be written", async () => {
    const path = await levelOf(contractPatches.map(record));
    // The superuser may write anywhere, so someone else tries.
    const asNobody = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
    const folder = newFolder();
    const copy = join(folder, "DB");
    cpSync(path, copy, { recursive: true });
    for (const name of readdirSync(copy)) chmodSync(join(copy, name), 0o444);
    chmodSync(copy, 0o555);
    chmodSync(folder, 0o755);
    const library = join(folder, "library");
    mkdirSync(library);
    const script = `const { openPatchStore } = require(${JSON.stringify(join(root, "kernel-lib/dist/databases/index.js"))});
      openPatchStore(${JSON.stringify(copy)}).catch((error) => console.log(error.message));`;
    const said = execFileSync(process.execPath, ["-e", script], { ...asNobody, cwd: "/", encoding: "utf8" });
    chmodSync(copy, 0o755);
    expect(said).toContain("found a folder that can't be written");
    expect(said).toContain("copy the database to a folder of your own");
  });
});
