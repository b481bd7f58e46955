/** Letters of the Cyrillic and Greek alphabets that look like Latin ones, and those. */
const alike: readonly [others: string, latin: string][] = [
  ["АВЕКМНОРСТХІЈЅ", "ABEKMHOPCTXIJS"],
  ["аеорсухіјѕ", "aeopcyxijs"],
  ["ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABEZHIKMNOPTYX"],
  ["ονι", "ovi"],
];

const latinOf = new Map(
  alike.flatMap(([others, latin]) => [...others].map((letter, i) => [letter, latin[i]])),
);

/**
 * What a name looks like to a reader: names that look the same give the same, whichever alphabet their letters are of and however
 * their accents are written (Unicode's NFKC).
 *
 * @example
 * lookOf("Р1") === lookOf("P1"); // => true
 */
export function lookOf(name: string): string {
  return Array.from(name.normalize("NFKC"), (letter) => latinOf.get(letter) ?? letter).join("");
}
