// What must stay the same between two runs of a notebook: which outputs a cell has, in which forms, with which words and figures,
// and which pictures of which size. Not the pictures' bytes, which depend on the machine.
import sharp from "sharp";
import { joined } from "./settle.mjs";

/** Cells with this tag show what depends on how fast or by which engine something was computed: their figures may differ. */
export const measuredTag = "measured";

/**
 * Compares two settled notebooks (settle.mjs) cell by cell.
 *
 * @param {{figures?: "exact" | "any"}} options any: no figure counts, e.g. where the second run was a shorter one; else those of
 *   the cells that are tagged as measured don't
 * @returns {Promise<string[]>} a sentence for each cell that differs
 */
export async function compareNotebooks(committed, executed, { figures = "exact" } = {}) {
  const differences = [];
  const cells = new Map(executed.cells.map((cell) => [cell.id, cell]));
  for (const cell of committed.cells) {
    const other = cells.get(cell.id);
    if (!other) {
      differences.push(`cell ${cell.id} is missing`);
      continue;
    }
    if (cell.cell_type !== "code") continue;
    const loose = figures === "any" || (cell.metadata.tags ?? []).includes(measuredTag);
    const [before, now] = [await outputFacts(cell, loose), await outputFacts(other, loose)];
    const at = Array.from({ length: Math.max(before.length, now.length) }, (_, i) => i).find(
      (i) => before[i] !== now[i],
    );
    if (at !== undefined)
      differences.push(`cell ${cell.id}: committed ${quoted(before[at])}, now ${quoted(now[at])}`);
  }
  return differences;
}

const quoted = (fact) => (fact === undefined ? "nothing" : `"${fact}"`);

/** What is compared of a cell's outputs, one line each. */
async function outputFacts({ outputs }, loose) {
  const facts = [];
  for (const output of outputs) {
    if (output.output_type === "stream") {
      facts.push(...lines(output.text).map((line) => `${output.name}: ${plain(line, loose)}`));
      continue;
    }
    const { data } = output;
    facts.push(`${output.output_type} as ${Object.keys(data).sort().join(", ")}`);
    facts.push(...lines(data["text/plain"]).map((line) => `text: ${plain(line, loose)}`));
    const markup = joined(data["text/html"]);
    facts.push(...(await pictures(markup, loose)));
    // The text says the same in lines; here one figure more or less would shift all that follows.
    if (!loose) facts.push(`words: ${words(markup)}`);
  }
  return facts;
}

/** Lines of text, without those that name the engine and warn of what comes to nothing: the machine and the run's length decide. */
function lines(text) {
  return joined(text)
    .trimEnd()
    .split("\n")
    .filter((line) => !/tensorflow|^Note: /i.test(line));
}

/** Without figures where they don't count; a dash stands where a figure is not defined. */
function plain(text, loose) {
  return loose ? text.replace(/[-−]?\d[\d,.]*(e[-+]?\d+)?|–/g, "#") : text;
}

/** What a reader reads of markup; a drawing's labels follow from its figures. */
function words(markup) {
  return markup
    .replace(/<svg[\s\S]*?<\/svg>/g, "(drawing)")
    .replace(/<[^>]*>/g, " ")
    .replace(/\s+/g, " ")
    .trim();
}

async function pictures(markup, loose) {
  const urls = [...markup.matchAll(/data:image\/(png|jpeg);base64,([A-Za-z0-9+/=]+)/g)];
  if (loose) return urls.map(() => "picture");
  const described = urls.map(async ([, format, base64]) => {
    const { width, height } = await sharp(Buffer.from(base64, "base64")).metadata();
    return `picture: ${format} of ${width} x ${height}`;
  });
  return Promise.all(described);
}
