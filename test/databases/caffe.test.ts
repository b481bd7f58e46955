import { cpSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ClassicLevel } from "classic-level";
import { describe, expect, test } from "vitest";
import { encodeMean } from "../../kernel-lib/dist/caffe/index.js";
import {
  convertImages,
  databaseSummary,
  meanOfDatabase,
  openPatchStore,
} from "../../kernel-lib/dist/databases/index.js";
import { bytesOf, dumpOf, golden, recordsOf, sha1 } from "../caffe/fixtures.js";
import { firstPatches } from "./patchStore.contract.js";

const newFolder = () => mkdtempSync(join(tmpdir(), "histobook-caffe-"));

/** A copy of a database that real convert_imageset made: opening one changes it. */
function copyOf(name: string): string {
  const path = join(newFolder(), `db_${name}`);
  cpSync(join(golden, "c", `db_${name}`), path, { recursive: true });
  return path;
}

async function readAll(path: string): Promise<[string, Uint8Array][]> {
  const level = new ClassicLevel<string, Uint8Array>(path, { keyEncoding: "utf8", valueEncoding: "view" });
  const records = await level.iterator().all();
  await level.close();
  return records;
}

const folder = join(golden, "c", "patches");
const list = (name: string) => join(golden, "c", `list_${name}.txt`);

describe("databases that real Caffe made", () => {
  test.each(["fresh", "space", "shuffle", "gray", "odd"])(
    "openPatchStore reads db_%s as Caffe does",
    async (name) => {
      const dumped = dumpOf(name);
      const store = await openPatchStore(copyOf(name));
      const { channels, height, width } = dumped[0];
      expect(store.shape).toEqual({ channels, height, width });
      const batch = await firstPatches(store, dumped.length);
      expect(batch.keys).toEqual(dumped.map(({ key }) => key));
      expect(Array.from(batch.labels)).toEqual(dumped.map(({ label }) => label));
      const size = channels * height * width;
      dumped.forEach(({ data_sha1 }, i) => {
        expect(sha1(batch.data.subarray(i * size, (i + 1) * size))).toBe(data_sha1);
      });
      await store.close();
    },
  );

  test("openPatchStore decodes an encoded database to the pixels of the raw one", async () => {
    const encoded = await openPatchStore(copyOf("encoded"));
    const raw = await openPatchStore(copyOf("space"));
    const ours = await firstPatches(encoded, 200);
    const theirs = await firstPatches(raw, 200);
    expect({ ...ours, data: sha1(ours.data) }).toEqual({ ...theirs, data: sha1(theirs.data) });
    await encoded.close();
    await raw.close();
  });

  test.each(["space", "shuffle", "gray", "encoded"])(
    "meanOfDatabase gives Caffe's bytes for db_%s",
    async (name) => {
      expect(sha1(encodeMean(await meanOfDatabase(copyOf(name))))).toBe(
        sha1(bytesOf("c", `mean_${name}.binaryproto`)),
      );
    },
  );

  test("databaseSummary counts classes", async () => {
    const { count, byClass, shape, broken } = await databaseSummary(copyOf("space"));
    expect({ count, byClass, shape, broken }).toEqual({
      count: 200,
      byClass: [26, 174],
      shape: { channels: 3, height: 32, width: 32 },
      broken: [],
    });
  });
});

describe("convertImages beside real convert_imageset", () => {
  test.each(["space", "tab"])(
    "writes Caffe's keys, values and mean when the list has a %s",
    async (separator) => {
      const path = join(newFolder(), "DB");
      const { count, byClass, mean } = await convertImages(folder, list(separator), path, { workers: 2 });
      expect({ count, byClass }).toEqual({ count: 200, byClass: [26, 174] });
      const theirs = await recordsOf("space");
      expect((await readAll(path)).map(([key, value]) => [key, sha1(value)])).toEqual(
        theirs.map(([key, value]) => [key, sha1(value)]),
      );
      expect(sha1(encodeMean(mean))).toBe(sha1(bytesOf("c", "mean_space.binaryproto")));
    },
  );

  test("shuffles by the seed: same seed same order, another seed another, always the same patches", async () => {
    const make = async (seed: number, workers: number) => {
      const path = join(newFolder(), "DB");
      await convertImages(folder, list("space"), path, { shuffle: true, seed, workers });
      return (await readAll(path)).map(([key, value]) => ({ key, value: sha1(value) }));
    };
    const one = await make(1, 1);
    const two = await make(1, 2);
    const other = await make(2, 2);
    const names = (records: { key: string }[]) => records.map(({ key }) => key.slice(9));
    expect(two).toEqual(one);
    expect(names(other)).not.toEqual(names(one));
    const inOrder = dumpOf("space").map(({ key }) => key.slice(9));
    expect(names(one)).not.toEqual(inOrder);
    expect(names(one).sort()).toEqual(inOrder.sort());
    expect(one.map(({ key }) => key.slice(0, 8))).toEqual(
      Array.from({ length: 200 }, (_, i) => String(i).padStart(8, "0")),
    );
  });

  test("names list and line of a missing file, where Caffe would leave it out", async () => {
    await expect(convertImages(folder, list("odd"), join(newFolder(), "DB"))).rejects.toThrow(
      "list_odd.txt, line 2: found missing.png, which is not there",
    );
  });

  test("names the file and the list when a patch is cut off or no image", async () => {
    const broken = newFolder();
    cpSync(folder, broken, { recursive: true });
    for (const content of [
      bytesOf("c", "patches", "08001_3_p_50.png").subarray(0, 900),
      Buffer.from("hello"),
    ]) {
      writeFileSync(join(broken, "08001_3_p_50.png"), content);
      await expect(convertImages(broken, list("space"), join(newFolder(), "DB"))).rejects.toThrow(
        /08001_3_p_50\.png: found a file that can't be decoded, expected a whole PNG image, since list_space\.txt names it/,
      );
    }
  });
});
