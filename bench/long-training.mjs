/** A part of `npm run bench -- long`: trains a small network in one process, and says now and then what that holds. */
import { loadEngine, trainSolver } from "histobook";
import { heldHere, say } from "./long-held.mjs";

const [solver, iterations, every] = process.argv.slice(2).map((word, i) => (i === 0 ? word : Number(word)));
const { tf } = await loadEngine();
let next = 1;
await trainSolver(solver, {
  report({ event, done }) {
    if (event !== "progress" || done < next) return;
    next = done + every;
    say({ done, total: iterations, ...heldHere(tf) });
  },
});
