import { HistobookError, type HelpTopic } from "../foundation/index.js";

/** The environment variable that sets the limit; worker threads and trainings of their own inherit it. */
export const limitVariable = "HISTOBOOK_MOST_MEGAPIXELS";

/** sharp's own limit, in megapixels: as bytes, an image of this size takes 0.8 GB. */
const usual = 268;

/**
 * The most pixels of a picture that is read as a whole: a file of some kilobytes may claim to have billions, to fill the memory.
 *
 * @returns pixels; 268 million, or what HISTOBOOK_MOST_MEGAPIXELS says
 * @throws HistobookError `BadOption` when the variable is no number.
 * @example
 * mostPixels(); // => 268000000
 */
export function mostPixels(): number {
  const said = process.env[limitVariable];
  const megapixels = said === undefined ? usual : Number(said);
  if (Number.isFinite(megapixels) && megapixels > 0) return Math.round(megapixels * 1e6);
  throw new HistobookError("BadOption", {
    subject: limitVariable,
    found: `'${said}'`,
    expected: "a number of megapixels above 0",
    fix: "correct the environment variable, or remove it",
  });
}

/**
 * Refuses a picture that claims more pixels than may be read as a whole.
 *
 * @throws HistobookError `BadInput`.
 */
export function requireFewPixels(
  path: string,
  { width, height }: { width: number; height: number },
  topic: HelpTopic,
): void {
  const most = mostPixels();
  if (width * height <= most) return;
  throw new HistobookError("BadInput", {
    subject: path,
    topic,
    found: `a picture that says it has ${width} x ${height} pixels`,
    expected: `at most ${most / 1e6} megapixels where a picture is read as a whole`,
    fix: `cut a part out of it, or set ${limitVariable} higher if the file is what it says`,
  });
}
