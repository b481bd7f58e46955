import { describe, expect, test } from "vitest";
import { filePattern } from "../../kernel-lib/dist/import/filePattern.js";

const images = (pattern: string, path: string) => filePattern("--images", pattern, false).match(path);
const masks = (pattern: string, path: string) => filePattern("--masks", pattern, true).match(path)?.name;

describe("a pattern of files", () => {
  test.each([
    ["{name}_mask.png", "8918_00007_mask.png", "8918_00007"],
    ["{name}-labels.{png,tif}", "a b.c-labels.tif", "a b.c"],
    ["**/{name}.png", "one/two/x.png", "x"],
    ["**/{name}.png", "x.png", "x"],
    ["*/{name}/mask.png", "one/two/mask.png", "two"],
    ["{name}/{name}_mask.png", "x/x_mask.png", "x"],
    ["{name}_*.png", "a_b_c.png", "a"],
    ["*_{name}.png", "a_b_c.png", "b_c"],
    ["{name}.png", "A(1)[2].PNG", "A(1)[2]"],
    // Without {name}.
    ["*.png", "x.png", "x"],
    ["*.png", "x_mask.png", "x"],
    ["*.png", "x_MASK.png", "x"],
    ["**/*.geojson", "one/x.tif.geojson", "x"],
    ["*.png", "archive.v2.png", "archive.v2"],
  ])("%s takes %s as %s", (pattern, path, name) => {
    expect(masks(pattern, path)).toBe(name);
  });

  test.each([
    ["{name}_mask.png", "_mask.png"],
    ["{name}.png", "one/x.png"],
    ["{name}/{name}_mask.png", "x/y_mask.png"],
    ["*.png", "x.tif"],
    ["*.png", "one/x.png"],
    ["x.png", "xxpng"],
  ])("%s leaves %s out", (pattern, path) => {
    expect(masks(pattern, path)).toBeUndefined();
  });

  test("says the patient, too", () => {
    expect(images("{patient}/{name}.tif", "P1/slide 1.tif")).toEqual({ name: "slide 1", patient: "P1" });
    expect(images("{patient}-{name}.tif", "P1-2-3.tif")).toEqual({ name: "2-3", patient: "P1" });
    expect(images("*.tif", "x_mask.tif")).toEqual({ name: "x_mask", patient: undefined });
  });

  test.each([
    ["*.png", ".", 1],
    ["masks/*.png", "masks", 1],
    ["../other/*.png", "../other", 1],
    ["/data/{patient}/{name}.png", "/data", 2],
    ["/*.png", "/", 1],
    ["masks/**/x/*.png", "masks", Infinity],
    ["masks/x.png", "masks", 1],
  ])("%s looks into %s", (pattern, folder, depth) => {
    const found = filePattern("--masks", pattern, true);
    expect([found.folder || ".", found.depth]).toEqual([folder, depth]);
  });

  test.each(["", "masks/"])("'%s' is none", (pattern) => {
    expect(() => filePattern("--masks", pattern, true)).toThrow(
      /^--masks: found '.*', expected a pattern of files/,
    );
  });
});
