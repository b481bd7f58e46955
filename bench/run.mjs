/**
 * `npm run bench -- NAME [--json] [--write-docs]`: one file a bench, `bench/NAME.mjs`, each of which exports
 *
 * - `rows(log)`: measures, and gives back rows {name, peer, unit, ours, theirs, ratio, ...}; a ratio above 1
 *   means that ours is better;
 * - `table(rows)`: the rows as Markdown, for docs/benchmarks.md, or the page of docs/ that it exports as `document`;
 * - `options`, where it has some of its own, as `parseArgs` takes them; `rows` is given their values;
 * - `describe(rows)`, where one bench writes several sections: {section, title, command};
 * - `onlyByName`, where it takes so long that it must be named.
 *
 * Without a name every bench runs.
 */
import { readdirSync } from "node:fs";
import { parseArgs } from "node:util";
import { writeSection } from "./docs.mjs";

const helpers = new Set(["run.mjs", "docs.mjs", "peers.mjs", "timing.mjs", "worker.mjs"]);
const names = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith(".mjs") && !file.includes("-") && !helpers.has(file))
  .map((file) => file.replace(".mjs", ""));

const common = { json: { type: "boolean" }, "write-docs": { type: "boolean" } };
// A name comes before its options, which only that bench knows.
const named = process.argv.slice(2).filter((word) => names.includes(word));
const benches = new Map();
for (const name of named.length > 0 ? named : names) benches.set(name, await import(`./${name}.mjs`));
const own = [...benches.values()].map(({ options = {} }) => options);
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: Object.assign({}, ...own, common),
});
const unknown = positionals.filter((name) => !names.includes(name));
if (unknown.length > 0) {
  console.error(`bench: found '${unknown[0]}', expected one of ${names.join(", ")}; name another bench.`);
  process.exit(2);
}

const log = (line) => process.stderr.write(`${line}\n`);
for (const [name, bench] of benches) {
  if (bench.onlyByName && !named.includes(name)) continue;
  const rows = await bench.rows(log, values);
  if (values.json) for (const row of rows) console.log(JSON.stringify(row));
  else console.log(bench.table(rows));
  if (values["write-docs"]) {
    const { section = name, title, command } = bench.describe?.(rows) ?? {};
    await writeSection(section, title ?? bench.title, bench.table(rows), bench.document, command);
  }
}
