import type { DescMessage, MessageShape } from "@bufbuild/protobuf";
import { fromText, toText } from "@bufbuild/protobuf/txtpb";
import { HistobookError, messageOf } from "../foundation/errors.js";
import { damaged } from "./protobuf.js";
import { checkFilled } from "./template.js";

/** The largest prototxt, in characters; those of the largest published networks have a tenth of this. */
const largestText = 2 ** 20;

/** Up to this length an error's line is looked for, which takes a dozen readings; nobody writes longer files by hand. */
const longestSearched = 2 ** 18;

/**
 * Parses protobuf's text format: comments, nested messages, both kinds of quotes.
 *
 * @param subject what an error names, e.g. the file
 * @param what the kind of text that is expected, for the error's sentence
 * @throws HistobookError `BadInput` that names the line.
 */
export function parseText<Desc extends DescMessage>(
  schema: Desc,
  text: string,
  subject: string,
  what: string,
): MessageShape<Desc> {
  checkLength(text, subject, what);
  checkFilled(text, subject);
  try {
    return fromText(schema, text);
  } catch (error) {
    const line = text.length > longestSearched ? "" : `, line ${lineOfError(schema, text, messageOf(error))}`;
    throw new HistobookError("BadInput", {
      subject: `${subject}${line}`,
      topic: "prototxts",
      found: `a syntax error (${messageOf(error)})`,
      expected: what,
      fix: line ? "correct that line" : "correct it",
      cause: error,
    });
  }
}

/** Prints a message as Caffe's own prototxts look: `layer {`, without the colon that protobuf puts there. */
export function printText<Desc extends DescMessage>(schema: Desc, message: MessageShape<Desc>): string {
  // Strings are escaped, so that every line begins with a field's name.
  return toText(schema, message).replace(/^( *\w+): \{/gm, "$1 {");
}

/** @throws HistobookError `BadInput` for a text that nobody would write as a prototxt. */
export function checkLength({ length }: { length: number }, subject: string, what: string): void {
  if (length > largestText)
    throw damaged("prototxts", subject, `${length} characters`, `${what} of at most ${largestText}`);
}

/**
 * The library's errors say what is wrong but not where: the error stands in the last line of the shortest
 * beginning of the text that gives the same error. That of an unfinished message is found at the end.
 */
function lineOfError(schema: DescMessage, text: string, message: string): number {
  const lines = text.split("\n");
  if (message.includes("end of input")) return lines.length;
  let [without, within] = [0, lines.length];
  while (within - without > 1) {
    const middle = (without + within) >> 1;
    if (errorOf(schema, lines.slice(0, middle).join("\n") + "\n") === message) within = middle;
    else without = middle;
  }
  return within;
}

function errorOf(schema: DescMessage, text: string): string | undefined {
  try {
    fromText(schema, text);
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}
