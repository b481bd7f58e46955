/** A part of `npm run bench -- long`: makes maps in one process, in all modes in turn, and says what that holds. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { loadEngine, openStudy, output } from "histobook";
import { heldHere, say } from "./long-held.mjs";

const [directory, maps, every] = process.argv.slice(2).map((word, i) => (i === 0 ? word : Number(word)));
const { tf } = await loadEngine();
const out = join(directory, "long-maps");
const { imagePath: image } = openStudy(directory).cases[0];
const ways = [
  { mode: "window", stride: 8 },
  { mode: "dense", also: ["overlay", "geojson", "prob16"] },
  { mode: "adaptive", stride: 4 },
  { mode: "dense", tiled: true },
];
for (let map = 0; map < maps; map++) {
  rmSync(out, { recursive: true, force: true });
  await output(directory, { fold: 1, image, out, scale: 1, ...ways[map % ways.length] });
  if (map % every === 0) say({ done: map + 1, total: maps, ...heldHere(tf) });
}
rmSync(out, { recursive: true, force: true });
