import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { isAtLeast } from "../../scripts/setup/node-version.mjs";
import { oldestNode, oldestPython, pythonPackages, tensorflow } from "../../scripts/setup/pins.mjs";

const repository = join(import.meta.dirname, "..", "..");
const read = (name) => readFileSync(join(repository, name), "utf8");

/** The items of environment.yml's list: name -> [version, ...] (TensorFlow has two names, one a platform). */
const pinned = [...read("environment.yml").matchAll(/^\s+- ([\w-]+)={1,2}([\d.]+)/gm)].map(
  ([, name, version]) => [name, version],
);
const versionOf = (name) => Object.fromEntries(pinned)[name];

describe("environment.yml", () => {
  it("has the set-up's pins, each and no other", () => {
    const others = ["nodejs", "python", "tensorflow", "tensorflow-cpu"];
    expect(Object.fromEntries(pinned.filter(([name]) => !others.includes(name)))).toEqual(pythonPackages);
    expect([versionOf("tensorflow"), versionOf("tensorflow-cpu")]).toEqual([tensorflow, tensorflow]);
  });

  it("has a Node and a Python that the set-up takes", () => {
    expect(isAtLeast(`${versionOf("nodejs")}.0.0`, oldestNode)).toBe(true);
    expect(isAtLeast(versionOf("python"), oldestPython)).toBe(true);
  });
});

describe("package.json", () => {
  it("asks for the oldest Node that the set-up takes", () => {
    expect(`${JSON.parse(read("package.json")).engines.node}.0`).toBe(`>=${oldestNode}`);
  });
});
