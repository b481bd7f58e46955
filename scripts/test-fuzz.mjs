// npm run test:fuzz [-- --cases 10000 --seed 1 READER...]: damages real files at random and hands them to every reader.
import { parseArgs } from "node:util";
import { readers } from "../test/fuzz/readers.mjs";
import { fuzzReaders } from "../test/fuzz/run.mjs";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { cases: { type: "string", default: "10000" }, seed: { type: "string", default: "1" } },
});
const names = positionals.length > 0 ? positionals : readers.map(({ name }) => name);
let failed = 0;
for (const name of names) {
  const { results, failures } = await fuzzReaders([name], {
    cases: Number(values.cases),
    seed: Number(values.seed),
  });
  for (const { reader, cases, refused, seconds, slowest, memory } of results)
    console.log(
      `${reader}: ${cases} cases, ${refused} refused, ${seconds.toFixed(0)} s, slowest ${slowest.toFixed(0)} ms, ${memory.toFixed(0)} MB`,
    );
  for (const { reader, failure } of failures) console.log(`${reader}: ${JSON.stringify(failure, null, 1)}`);
  failed += failures.length;
}
console.log(`${names.length - failed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
