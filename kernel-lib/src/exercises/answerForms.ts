/** What an answer looks like: the words that ask for it, and how it is read. */
export interface AnswerForm<Answer> {
  /** With an article, for "an answer is …", e.g. `a number from 1 to 5`. */
  words: string;
  /** The answer; undefined for something else. */
  read(given: unknown): Answer | undefined;
}

/**
 * Asks for a number.
 *
 * @param words e.g. `a percentage from 0 to 100`
 * @example
 * numberAnswer("a fold", { minimum: 1, maximum: 5 }).read(7); // => undefined
 */
export function numberAnswer(
  words: string,
  { minimum = -Infinity, maximum = Infinity }: { minimum?: number; maximum?: number } = {},
): AnswerForm<number> {
  return {
    words,
    read(given) {
      const number = typeof given === "string" && given.trim() !== "" ? Number(given) : given;
      if (typeof number !== "number" || !(number >= minimum && number <= maximum)) return undefined;
      return number;
    },
  };
}

/**
 * Asks for some of several things that are numbered from 1.
 *
 * @example
 * numbersAnswer("the numbers of some patches, e.g. [1, 4]", 8).read([4, 1, 4]); // => [1, 4]
 */
export function numbersAnswer(words: string, count: number): AnswerForm<readonly number[]> {
  return {
    words,
    read(given) {
      if (!Array.isArray(given)) return undefined;
      const numbers = [...new Set(given as unknown[])];
      const fit = numbers.every(
        (one): one is number => Number.isInteger(one) && (one as number) >= 1 && (one as number) <= count,
      );
      return fit ? numbers.sort((a, b) => a - b) : undefined;
    },
  };
}

/**
 * Asks for a word: a name, or one of a few.
 *
 * @param choices the only ones that are taken; capitals don't matter
 * @example
 * wordAnswer("A or B", ["A", "B"]).read(" b "); // => "B"
 */
export function wordAnswer(words: string, choices?: readonly string[]): AnswerForm<string> {
  return {
    words,
    read(given) {
      if (typeof given !== "string" || given.trim() === "") return undefined;
      const word = given.trim();
      return choices ? choices.find((choice) => choice.toLowerCase() === word.toLowerCase()) : word;
    },
  };
}
