import { createHash } from "node:crypto";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import {
  dilate,
  findRegions,
  isHistobookError,
  makePatches,
  openStudy,
  readImageRecord,
  readManifest,
  showRegions,
  studyStatus,
  type PatchOptions,
  type RegionRule,
} from "histobook";
import { run, runJson } from "../cli/command.js";
import { addCase, newFolder, newStudy, rectangle, tissue } from "../study/pictures.js";

let directory: string;

beforeEach(async () => {
  directory = newStudy();
  for (const [i, name] of ["a_1", "a_2", "b_1"].entries()) {
    await addCase(directory, name, tissue(64, 64, i), rectangle(64, 64, [16, 16, 40, 40]));
  }
});

const patches = (options: PatchOptions) =>
  makePatches(openStudy(directory), { scale: 1, perImage: 20, workers: 2, ...options });

/** All files of step 1 and what they hold. */
function bytes(): Record<string, string> {
  const files = ["subs", "positions"].flatMap((folder) =>
    readdirSync(join(directory, folder)).map((file) => `${folder}/${file}`),
  );
  const hash = (file: string) => createHash("sha256").update(readFileSync(join(directory, file)));
  return Object.fromEntries(
    [...files, "histobook.json"].sort().map((file) => [file, hash(file).digest("hex")]),
  );
}

const where = (name: string, type: "p" | "e" | "b") =>
  [...readImageRecord(directory, name)!.positions[type]].map((i) => [i % 64, Math.floor(i / 64)]);

/** Centres in the mask's middle, a wide ring, and nothing else. */
const wideRing: RegionRule = ({ mask: { data, width, height }, settings }) => {
  const grown = dilate(data, width, height, Number(settings.ring ?? 6));
  return { p: data, e: grown.map((value, i) => value & (1 - data[i])), b: new Uint8Array(data.length) };
};

const reason = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => "done",
    (error: unknown) => (isHistobookError(error, "BadInput") ? error.message : `not ours: ${String(error)}`),
  );

describe("a region rule of one's own", () => {
  test("decides where patches are cut; the manifest knows it, its settings too", async () => {
    const { patches: counts } = await patches({
      regions: wideRing,
      regionSettings: { ring: 5 },
      rotations: [0],
    });
    expect(counts).toEqual({ p: 60, e: 60, b: 0, total: 120 });
    for (const [x, y] of where("b_1", "e")) {
      expect([x >= 11 && x < 45, y >= 11 && y < 45]).toEqual([true, true]);
      expect(x >= 16 && x < 40 && y >= 16 && y < 40).toBe(false);
    }
    expect(where("b_1", "e").some(([x, y]) => x < 14 || y < 14 || x > 41 || y > 41)).toBe(true);
    expect(readManifest(directory).patches?.parameters.regions).toEqual({
      name: "wideRing",
      source: createHash("sha256")
        .update(JSON.stringify(String(wideRing)))
        .digest("hex"),
      settings: { ring: 5 },
    });
  });

  test("gives the same bytes with any number of workers, and the tutorial's when it does the same", async () => {
    await patches({ regions: wideRing, workers: 1 });
    const one = bytes();
    await patches({ regions: (input) => wideRing(input), workers: 2 });
    await patches({ regions: wideRing, workers: 3 });
    expect(bytes()).toEqual(one);
    await patches({});
    const tutorial = readdirSync(join(directory, "subs")).map((file) =>
      readFileSync(join(directory, "subs", file)),
    );
    await patches({ regions: ({ image, mask }) => findRegions(image, mask, 0.8) });
    const same = readdirSync(join(directory, "subs")).map((file) =>
      readFileSync(join(directory, "subs", file)),
    );
    expect(same).toEqual(tutorial);
  });

  test("is asked once an image, and again only when it, a setting or the image is another", async () => {
    const asked: number[] = [];
    const counting: RegionRule = (input) => {
      asked.push(input.image.width);
      return wideRing(input);
    };
    await patches({ regions: counting });
    await patches({ regions: counting });
    expect(asked.length).toBe(3);
    await addCase(directory, "b_1", tissue(64, 64, 9), rectangle(64, 64, [16, 16, 40, 40]));
    expect(studyStatus(openStudy(directory))[0].notes).toEqual(["1 image (b_1) has changed since step 1."]);
    await patches({ regions: counting });
    expect(asked.length).toBe(4);
    await patches({ regions: counting, regionSettings: { ring: 3 } });
    expect(asked.length).toBe(7);
    const { key } = readManifest(directory).patches!;
    await patches({ regions: wideRing, regionSettings: { ring: 3 } });
    expect(readManifest(directory).patches?.key).not.toBe(key);
  });

  test("is not needed where all is done: what the manifest remembers of it will do", async () => {
    await patches({ regions: wideRing });
    const before = bytes();
    const { parameters } = readManifest(directory).patches!;
    await patches(parameters);
    expect(bytes()).toEqual(before);
    // Where files are missing, the places are known.
    rmSync(join(directory, "subs", "a_1_1_p_1_0.png"));
    await patches(parameters);
    expect(bytes()).toEqual(before);
    await addCase(directory, "c_1");
    expect(await reason(patches(parameters))).toContain(
      "the region rule 'wideRing': found its name alone, and that c_1 must be divided by it",
    );
  });

  test.each<[string, RegionRule, RegExp]>([
    ["throws", () => void JSON.parse("{") as never, /found an error \(.*JSON.*\) for a_1/],
    ["gives nothing", () => undefined as never, /found no 4096 bytes in p for a_1/],
    [
      "gives another size",
      ({ mask }) => ({ p: mask.data, e: new Uint8Array(5), b: mask.data }),
      /no 4096 bytes in e/,
    ],
    [
      "gives 255",
      ({ mask: { data } }) => ({ p: data.map((m) => 255 * m), e: data, b: data }),
      /a value above 1 in p/,
    ],
    [
      "gives both classes",
      ({ mask: { data } }) => ({ p: data, e: data, b: data }),
      /pixel 1040 in p and in e/,
    ],
  ])("that %s stops step 1 with one sentence", async (_, rule, sentence) => {
    expect(await reason(patches({ regions: rule }))).toMatch(sentence);
    expect(readManifest(directory).patches).toBeNull();
  });

  test("may leave an image out, which is named", async () => {
    const none: RegionRule = (input) => {
      const regions = wideRing(input) as { p: Uint8Array; e: Uint8Array; b: Uint8Array };
      return input.image.data[0] % 2 === 0 ? regions : { ...regions, p: new Uint8Array(regions.p.length) };
    };
    const odd = [tissue(64, 64, 0), tissue(64, 64, 1), tissue(64, 64, 2)].filter(
      ({ data }) => data[0] % 2 === 1,
    ).length;
    expect(odd).toBeGreaterThan(0);
    const { skipped } = await patches({ regions: none });
    expect(skipped.map(({ reason }) => reason)).toHaveLength(odd);
    expect(skipped[0].reason).toContain("found no centre of class 1 by the region rule");
  });

  test("can be interrupted, and goes on", async () => {
    const abort = new AbortController();
    const slow: RegionRule = async (input) => {
      await Promise.resolve();
      return wideRing(input);
    };
    const work = patches({
      regions: slow,
      signal: abort.signal,
      report: (event) => event.event === "progress" && event.done === 1 && abort.abort(),
    });
    await expect(work).rejects.toThrow("found an interrupt");
    await patches({ regions: slow });
    const gone = bytes();
    directory = newStudy();
    for (const [i, name] of ["a_1", "a_2", "b_1"].entries()) {
      await addCase(directory, name, tissue(64, 64, i), rectangle(64, 64, [16, 16, 40, 40]));
    }
    await patches({ regions: slow });
    expect(bytes()).toEqual(gone);
  });

  test("is shown", async () => {
    const { data } = await showRegions(openStudy(directory), "a_1", {
      regions: wideRing,
      regionSettings: { ring: 1 },
    });
    // A ring of one pixel round 12 x 12, at the scale 0.5.
    expect(data["text/plain"]).toMatch(/e: edge[^:]*: 52 pixels/);
  });

  test("without a rule settings are a mistake", async () => {
    await expect(patches({ regionSettings: { ring: 1 } })).rejects.toThrow(
      "found settings without a region rule",
    );
  });
});

describe("histobook patches --regions", () => {
  test.each([
    [
      "rule.mjs",
      "export default ({ mask: { data } }) => ({ p: data, e: data.map((m) => 1 - m), b: data.map((m) => 1 - m) });",
    ],
    [
      "rule.cjs",
      "module.exports = ({ mask: { data } }) => ({ p: data, e: data.map((m) => 1 - m), b: data.map((m) => 1 - m) });",
    ],
  ])("takes a module %s", async (name, text) => {
    const module = join(newFolder(), name);
    writeFileSync(module, text);
    const args = ["patches", directory, "--scale", "1", "--per-image", "10", "--regions", module];
    const { status, last } = await runJson(args);
    expect([status, last.patches]).toEqual([0, { p: 60, e: 60, b: 18, total: 138 }]);
    expect(readManifest(directory).patches?.parameters.regions?.name).toBe(name);
  });

  test("says what is wrong with one", async () => {
    const module = join(newFolder(), "rule.mjs");
    writeFileSync(module, "export default 5;");
    const { status, errors } = await run(["patches", directory, "--regions", module]);
    expect([status, errors]).toEqual([1, expect.stringContaining("its default export is no function")]);
  });
});
