import { databaseSummary } from "../databases/index.js";
import type { Inspection } from "./inspection.js";
import { shapeText } from "./values.js";

/** What a LevelDB folder holds: patches, classes, types, its first and last key, records that can't be read. */
export async function inspectDatabase(path: string): Promise<Inspection> {
  const summary = await databaseSummary(path);
  const { count, byClass, byType, shape, broken, firstKey, lastKey } = summary;
  const size = shape ? shapeText([shape.channels, shape.height, shape.width]) : "unknown shape";
  const classes = byClass
    .map((of, index) => ({ of, index }))
    .filter(({ of, index }) => index < 2 || of > 0)
    .map(({ of, index }) => `${of} of class ${index}`)
    .join(", ");
  const { p, e, b, other } = byType;
  return {
    kind: "database",
    data: { ...summary, firstKey: firstKey ?? null, lastKey: lastKey ?? null, shape: shape ?? null },
    lines: [
      `Database of ${count} patches of ${size}: ${classes}.`,
      ...(p + e + b > 0
        ? [`  by their names: ${p} epithelium, ${e} edge, ${b} background, ${other} other`]
        : []),
      ...(firstKey === undefined ? [] : [`  keys from ${firstKey} to ${lastKey}`]),
    ],
    warnings: broken.map(({ key, reason }) => `broken record ${key}: ${reason}`),
  };
}
