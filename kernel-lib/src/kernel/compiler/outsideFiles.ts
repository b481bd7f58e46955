import { isAbsolute, join, parse, relative, sep } from "node:path";

/** A folder that stands for the root of all files; its name can't be a user's by accident. */
const outside = "__histobook_outside__";

/**
 * The root that TypeScript takes for a notebook's files, in the place of the notebook's folder: `../helper` is outside of
 * the one and inside of the other.
 */
export function commonRoot(folder: string): string {
  return parse(folder).root;
}

/** Names a file as tslab takes it, inside of the notebook's folder. */
export function pathForTslab(path: string, folder: string): string {
  const inside = relative(folder, path);
  if (!inside.startsWith("..") && !isAbsolute(inside)) return path;
  return join(folder, outside, relative(commonRoot(folder), path))
    .split(sep)
    .join("/");
}

/** Where a file is that `pathForTslab` has named. */
export function pathFromTslab(path: string, folder: string): string {
  const inside = relative(join(folder, outside), path);
  return inside.startsWith("..") || isAbsolute(inside) ? path : join(commonRoot(folder), inside);
}

/**
 * Names what TypeScript has made of a file as tslab takes it.
 *
 * @param made the path in `outDir` for a root of `commonRoot`
 */
export function madePathForTslab(made: string, outDir: string, folder: string): string {
  const path = join(commonRoot(folder), relative(outDir, made));
  return join(outDir, relative(folder, pathForTslab(path, folder)))
    .split(sep)
    .join("/");
}
