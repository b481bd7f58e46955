/** The longest part of a sentence, in characters: a path may have 4,096, and a damaged file may hold a megabyte in one word. */
const longest = 5000;

/**
 * What moves a terminal's cursor, breaks a line, or can't be seen and turns letters round: control characters, line separators,
 * zero-width characters and marks of direction.
 */
const unseen = /[\p{Cc}\u2028\u2029\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]/gu;

/** A name and a password before an address' host, e.g. of a proxy. */
const credentials = /\b([a-z][a-z\d+.-]*:\/\/)[^\s/?#@]*(?::[^\s/?#]*)?@/gi;

/** What follows an address' question mark may be a key that lets its bearer in. */
const query = /\b([a-z][a-z\d+.-]*:\/\/[^\s?#'"]*\?)[^\s'"]+/gi;

/**
 * Makes any text fit for one line of a terminal, a log or a notebook: what can't be seen is written out, secrets in addresses are
 * left out, and what is longer than any sentence is cut.
 *
 * @example
 * plainText("two\nlines of https://me:secret@host/file?key=1"); // => "two\\nlines of https://***@host/file?***"
 */
export function plainText(text: string): string {
  const cut = text.length > longest ? `${text.slice(0, longest)}…` : text;
  return cut.replace(credentials, "$1***@").replace(query, "$1***").replace(unseen, writtenOut);
}

const short: Record<string, string> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

function writtenOut(character: string): string {
  return short[character] ?? `\\u{${character.codePointAt(0)!.toString(16)}}`;
}
