/** Puts a bench's table into a page of docs/, in place of its last one, with the machine and the command. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, totalmem } from "node:os";
import { join } from "node:path";
import { format, resolveConfig } from "prettier";

const docs = join(import.meta.dirname, "..", "docs");
const heading = `# Benchmarks

Written by \`npm run bench -- --write-docs\`; each section says where and when it was measured. Ours and the peer
run in turn, at least three times each, in the same run; the figures are of the fastest. A ratio above 1 means that
histobook is better.
`;

/**
 * @param name the section's, by which it is found again
 * @param command what was typed after `npm run bench --`
 */
export async function writeSection(
  name,
  title,
  table,
  document = "benchmarks.md",
  command = `${name} --write-docs`,
) {
  const path = join(docs, document);
  const [begin, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const machine = `${cpus()[0].model.trim()}, ${availableParallelism()} cores, ${Math.round(totalmem() / 2 ** 30)} GiB`;
  const day = new Date().toISOString().slice(0, 10);
  const caption = `\`npm run bench -- ${command}\`, ${day}: ${machine}, Node ${process.version}, ${process.platform}.`;
  const section = `${begin}\n\n## ${title}\n\n${table}\n\n${caption}\n\n${end}`;
  const old = existsSync(path) ? readFileSync(path, "utf8") : heading;
  const [from, to] = [old.indexOf(begin), old.indexOf(end)];
  const text =
    from < 0 ? `${old.trimEnd()}\n\n${section}\n` : old.slice(0, from) + section + old.slice(to + end.length);
  writeFileSync(path, await format(text, { ...(await resolveConfig(path)), parser: "markdown" }));
}
