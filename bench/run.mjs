/**
 * `npm run bench -- NAME [--json] [--write-docs]`: one file a bench, `bench/NAME.mjs`, each of which exports
 *
 * - `rows(log)`: measures, and gives back rows {name, peer, unit, ours, theirs, ratio, ...}; a ratio above 1
 *   means that ours is better;
 * - `table(rows)`: the rows as Markdown, for docs/benchmarks.md.
 *
 * Without a name every bench runs.
 */
import { readdirSync } from "node:fs";
import { parseArgs } from "node:util";
import { writeSection } from "./docs.mjs";

const helpers = new Set(["run.mjs", "caffe.mjs", "docs.mjs", "peers.mjs", "timing.mjs"]);
const names = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith(".mjs") && !file.includes("-") && !helpers.has(file))
  .map((file) => file.replace(".mjs", ""));

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: "boolean" }, "write-docs": { type: "boolean" } },
});
const unknown = positionals.filter((name) => !names.includes(name));
if (unknown.length > 0) {
  console.error(`bench: found '${unknown[0]}', expected one of ${names.join(", ")}; name another bench.`);
  process.exit(2);
}

const log = (line) => process.stderr.write(`${line}\n`);
for (const name of positionals.length > 0 ? positionals : names) {
  const bench = await import(`./${name}.mjs`);
  const rows = await bench.rows(log);
  if (values.json) for (const row of rows) console.log(JSON.stringify(row));
  else console.log(bench.table(rows));
  if (values["write-docs"]) await writeSection(name, bench.title, bench.table(rows));
}
