import { readFileSync } from "node:fs";

/**
 * Reads a text that people may have edited: what Windows' editors add (a byte order mark, carriage returns) is left out.
 *
 * @throws the file system's error
 * @example
 * import { writeFileSync } from "node:fs";
 * writeFileSync("list.txt", "\uFEFFone\r\ntwo\r\n");
 * readTextFile("list.txt"); // => "one\ntwo\n"
 */
export function readTextFile(path: string): string {
  // Node's decoder keeps the mark where this one leaves it out.
  return new TextDecoder().decode(readFileSync(path)).replaceAll("\r\n", "\n");
}
