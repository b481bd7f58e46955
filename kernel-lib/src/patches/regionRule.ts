import { readFileSync } from "node:fs";
import { basename, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { fingerprint, HistobookError, messageOf } from "../foundation/index.js";
import type { Manifest, Raster } from "../study/index.js";
import type { PatchParameters } from "./parameters.js";
import { findRegions, whitePixels, type Regions } from "./regions.js";

/** Numbers and words that a rule goes by; they are kept in the manifest. */
export type RegionSettings = Readonly<Record<string, number | string | boolean>>;

/** What a region rule is given: one image at the working scale. */
export interface RegionInput {
  /** RGB. */
  image: Raster;
  /** 0 or 1, of the same size. */
  mask: Raster;
  /** One byte a pixel: 1 where grey is above the option `white`. */
  white: Uint8Array;
  /** The option `regionSettings`. */
  settings: RegionSettings;
}

/**
 * Says which pixels of an image may be the centre of which type of patch: `p` (class 1), `e` and `b` (both class 0).
 *
 * It must go by what it is given alone: the manifest knows it by its text and its settings, and takes two of the same text for
 * the same rule. A number from outside belongs into the settings.
 */
export type RegionRule = (input: RegionInput) => Regions | Promise<Regions>;

/** What the manifest remembers of a rule: enough to see that it is another one. */
export type RecordedRule = NonNullable<NonNullable<Manifest["patches"]>["parameters"]["regions"]>;

/** A rule that can be applied, and what is remembered of it; a remembered one alone can't be applied. */
export interface ChosenRule {
  recorded: RecordedRule;
  find: RegionRule | undefined;
}

/**
 * Takes a rule as it is given: as a function, as the path of a module of which it is the default export, or as the manifest
 * remembers it, which will do where all images are done already.
 *
 * @throws HistobookError `BadInput` when the module can't be loaded or exports no function.
 * @example
 * const everything: RegionRule = ({ mask: { data } }) => ({ p: data, e: new Uint8Array(data.length), b: data.map((m) => 1 - m) });
 * (await chosenRule(everything)).recorded.name; // => "everything"
 */
export async function chosenRule(
  given: RegionRule | RecordedRule | string,
  settings: RegionSettings = {},
): Promise<ChosenRule> {
  if (typeof given === "object") return { recorded: given, find: undefined };
  if (typeof given === "function") {
    const recorded = {
      name: given.name || "a rule without a name",
      source: fingerprint(String(given)),
      settings,
    };
    return { recorded, find: given };
  }
  const path = resolve(given);
  try {
    const source = fingerprint(readFileSync(path));
    // Another text of the file is another module: Node would give back the one that it knows.
    const module = (await import(`${pathToFileURL(path).href}?${source}`)) as { default?: unknown };
    const find = moduleDefault(module);
    return { recorded: { name: basename(path), source, settings }, find };
  } catch (error) {
    throw new HistobookError("BadInput", {
      subject: given,
      found: `a module that can't be used (${messageOf(error)})`,
      expected: "JavaScript whose default export is a function of an image's regions",
      fix: "see docs/how-to/nuclei.md",
      cause: error,
    });
  }
}

/** A CommonJS module's default export is the whole of its exports. */
function moduleDefault(module: { default?: unknown }): RegionRule {
  const inner = module.default as { default?: unknown } | undefined;
  const find = typeof inner === "function" ? inner : inner?.default;
  if (typeof find !== "function") throw new TypeError("its default export is no function");
  return find as RegionRule;
}

/**
 * Divides an image into regions by a rule of the reader's own, whose work is checked, or else by the tutorial's.
 *
 * @param name the image's, for an error
 * @throws HistobookError `BadInput` when the rule is not there or throws, gives no regions of the image's size, or gives a pixel both
 * classes.
 * @example
 * const image = { width: 2, height: 1, channels: 3 as const, data: new Uint8Array(6) };
 * const mask = { width: 2, height: 1, channels: 1 as const, data: Uint8Array.of(1, 0) };
 * const everything: RegionRule = ({ mask: { data } }) => ({ p: data, e: new Uint8Array(data.length), b: data.map((m) => 1 - m) });
 * const rule = await chosenRule(everything);
 * (await divideImage({ image, mask, name: "8918_00007" }, { white: 0.8, whiteEdges: "remove" }, rule)).b; // => [0, 1]
 */
export async function divideImage(
  { image, mask, name }: { image: Raster; mask: Raster; name: string },
  { white, whiteEdges }: Pick<PatchParameters, "white" | "whiteEdges">,
  rule: ChosenRule | undefined,
): Promise<Regions> {
  if (!rule) return findRegions(image, mask, white, whiteEdges);
  const { recorded, find } = rule;
  const bad = (found: string, cause?: unknown): HistobookError =>
    new HistobookError("BadInput", {
      subject: `the region rule '${recorded.name}'`,
      found: `${found} for ${name}`,
      expected: "{ p, e, b }, each with one byte a pixel, 0 or 1, and no pixel both in p and in e or b",
      fix: "correct the rule",
      cause,
    });
  if (!find) throw missingRule(recorded, name);
  let regions: Partial<Regions> | undefined;
  try {
    regions = await find({ image, mask, white: whitePixels(image, white), settings: recorded.settings });
  } catch (error) {
    throw bad(`an error (${messageOf(error)})`, error);
  }
  const length = image.width * image.height;
  for (const type of ["p", "e", "b"] as const) {
    const region: unknown = regions?.[type];
    if (!(region instanceof Uint8Array) || region.length !== length)
      throw bad(`no ${length} bytes in ${type}`);
    if (region.some((value) => value > 1)) throw bad(`a value above 1 in ${type}`);
  }
  const { p, e, b } = regions as Regions;
  const both = p.findIndex((value, i) => value === 1 && (e[i] === 1 || b[i] === 1));
  if (both >= 0) throw bad(`pixel ${both} in p and in ${e[both] === 1 ? "e" : "b"}`);
  return { p, e, b };
}

/** The error where an image must be divided by a rule of which only the name is known. */
export function missingRule(recorded: RecordedRule, name: string): HistobookError {
  return new HistobookError("BadInput", {
    subject: `the region rule '${recorded.name}'`,
    found: `its name alone, and that ${name} must be divided by it`,
    expected: "the rule itself",
    fix: "hand it over as `regions` (--regions FILE), as when step 1 was run",
  });
}
