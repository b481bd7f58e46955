import path from "node:path";

/**
 * A file's place as a study remembers it: relative to a folder, with slashes, so that a study made on Windows opens on Linux and
 * the other way round.
 *
 * @param folder both paths are absolute, or both relative to the same folder
 * @param rules the paths' rules; default this machine's
 * @example
 * storedPath("/data/study", "/data/study/out/1/a_prob.png"); // => "out/1/a_prob.png"
 * @example
 * import { win32 } from "node:path";
 * storedPath("D:\\study", "D:\\study\\out\\1\\a_prob.png", win32); // => "out/1/a_prob.png"
 */
export function storedPath(
  folder: string,
  file: string,
  rules: Pick<path.PlatformPath, "relative" | "sep"> = path,
): string {
  return rules.relative(folder, file).split(rules.sep).join("/");
}
