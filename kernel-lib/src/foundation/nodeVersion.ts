/** The oldest Node whose `require` reads ECMAScript modules, which the library and its kernel need. */
export const oldestNode = "20.19";

/**
 * Tells whether a Node of this version runs histobook.
 *
 * @example
 * isNodeRecentEnough("20.18.3"); // => false
 * isNodeRecentEnough("22.0.0"); // => true
 */
export function isNodeRecentEnough(version: string): boolean {
  const [major, minor] = version.split(".").map(Number);
  const [oldestMajor, oldestMinor] = oldestNode.split(".").map(Number);
  return major > oldestMajor || (major === oldestMajor && minor >= oldestMinor);
}
