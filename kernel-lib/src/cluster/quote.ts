/**
 * Writes a word so that bash takes it as it stands; words that need no quotes get none, so that scripts stay readable.
 *
 * @example
 * quoted("it's here"); // => "'it'\\''s here'"
 */
export function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
