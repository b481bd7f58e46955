/**
 * A hospital's archive on a cluster: what each step was measured to take on one machine, and from it, by simulation, how long N such
 * machines take for all slides, what it costs and what it fills.
 *
 * `--measure` measures anew (some minutes) and writes bench/results/scale.json, or the file that --costs names; without it
 * that file is read.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { dealt, simulate } from "./scale-simulation.mjs";
import { measure } from "./scale-measure.mjs";

const require = createRequire(import.meta.url);
const { randomStream, writeWholeFile } = require("../kernel-lib/dist/foundation/index.js");

export const title = "10,000 slides";
export const document = "scale.md";
export const onlyByName = true;

export const options = {
  measure: { type: "boolean" },
  costs: { type: "string", default: join(import.meta.dirname, "results", "scale.json") },
  slides: { type: "string", default: "10000" },
  /** Pixels of a slide's file. */
  size: { type: "string", default: "80000x80000" },
  /** The mean share of a slide that is computed as tissue. */
  tissue: { type: "string", default: "0.2" },
  "slide-gigabytes": { type: "string", default: "1.5" },
  nodes: { type: "string", default: "10,50,200,1000" },
  tasks: { type: "string", default: "1000" },
  iterations: { type: "string", default: "600000" },
  folds: { type: "string", default: "5" },
  /** Seconds for which a node belongs to a task before its program starts. */
  delay: { type: "string", default: "30" },
  /** Of a node for an hour, in whatever money. */
  price: { type: "string", default: "0.1" },
};

const giga = 1e9;

export async function rows(log, values) {
  if (values.measure) writeWholeFile(values.costs, `${JSON.stringify(await measure(log), null, 1)}\n`);
  const costs = JSON.parse(readFileSync(values.costs, "utf8"));
  const plan = planOf(values, costs);
  return Object.keys(costs.map).flatMap((mode) => plan.nodes.map((nodes) => rowOf(mode, nodes, plan, costs)));
}

/** The options as numbers, and the slides: tissue and white of each, in megapixels of its map. */
function planOf(values, { shrink }) {
  const names = ["slides", "tissue", "slide-gigabytes", "tasks", "iterations", "folds", "delay", "price"];
  const numbers = Object.fromEntries(names.map((name) => [name, positive(`--${name}`, values[name])]));
  const [width, height] = values.size.split("x").map((side) => positive("--size", side));
  const megapixels = (width * height) / shrink ** 2 / 1e6;
  const random = randomStream(1, "scale");
  const slides = Array.from({ length: numbers.slides }, () => {
    // Between nothing and twice the mean.
    const tissue = Math.min(1, 2 * numbers.tissue * random.uniform()) * megapixels;
    return { tissue, white: megapixels - tissue };
  });
  const nodes = values.nodes.split(",").map((count) => positive("--nodes", count));
  return { ...numbers, size: values.size, megapixels, slides, nodes };
}

function positive(option, text) {
  const value = Number(text);
  if (value > 0) return value;
  throw new Error(`bench: ${option}: found '${text}', expected a number above 0; give another one.`);
}

function rowOf(mode, nodes, plan, { map, white, training, ...about }) {
  const mapped = plan.slides.map(
    ({ tissue, white: glass }) => tissue * map[mode].megapixel + glass * white.megapixel,
  );
  const tasks = dealt(mapped, plan.tasks).map((seconds) => seconds + map[mode].start);
  const fold = training.start + plan.iterations * training.iteration;
  const result = simulate(
    [
      { name: "train", tasks: new Array(plan.folds).fill(fold) },
      { name: "output", tasks, after: ["train"] },
    ],
    { nodes, delay: plan.delay },
  );
  const bytes = plan.slides.reduce(
    (sum, slide) => sum + slide.tissue * map[mode].bytes + slide.white * white.bytes,
    0,
  );
  const hours = (seconds) => seconds / 3600;
  return {
    name: mode,
    peer: null,
    unit: "hours",
    nodes,
    ours: hours(result.makespan),
    trainingHours: hours(result.arrays[0].end),
    nodeHours: hours(result.nodeSeconds),
    cost: hours(result.nodeSeconds) * plan.price,
    longestTaskHours: hours(Math.max(...tasks)),
    mapGigabytes: bytes / giga,
    slideGigabytes: plan.slides.length * plan["slide-gigabytes"],
    costs: { map: map[mode], white, training, ...about },
    plan: { ...plan, slides: plan.slides.length },
  };
}

export function table(rows) {
  const [{ plan, costs, trainingHours, slideGigabytes }] = rows;
  const { slides, size, tissue, megapixels, tasks, iterations, folds, delay, price } = plan;
  const whole = (value) => Math.round(value).toLocaleString("en");
  const short = (value) => (value < 100 ? Number(value.toPrecision(2)).toString() : whole(value));
  const modes = [...new Set(rows.map(({ name }) => name))].map((mode) =>
    rows.find(({ name }) => name === mode),
  );
  return [
    "| mode | nodes | whole time, hours | whole time, days | node hours | cost | longest task, hours | maps, GB |",
    "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ...rows.map(
      (row) =>
        `| ${row.name} | ${row.nodes} | ${short(row.ours)} | ${short(row.ours / 24)} | ${whole(row.nodeHours)} |` +
        ` ${whole(row.cost)} | ${short(row.longestTaskHours)} | ${whole(row.mapGigabytes)} |`,
    ),
    "",
    `${whole(slides)} slides of ${size.replace("x", " x ")} pixels, ${whole(megapixels)} million pixels of each map, ${tissue * 100} %` +
      ` of them tissue on average (from none to twice as much). First ${folds} folds of ${whole(iterations)} iterations side by side` +
      ` (${short(trainingHours)} hours with ${rows[0].nodes} nodes), then ${whole(tasks)} tasks that share the slides. A task waits` +
      ` ${delay} s on its node before it begins. A node hour costs ${price}. The slides themselves fill ${whole(slideGigabytes)} GB.`,
    "",
    "What was measured, and the simulation is fed with:",
    "",
    "| work | seconds a unit | unit | seconds to start | bytes a unit |",
    "| --- | ---: | --- | ---: | ---: |",
    ...modes.map(
      ({ name, costs: { map } }) =>
        `| map, mode ${name} | ${short(map.megapixel)} | million pixels of tissue | ${short(map.start)} | ${whole(map.bytes)} |`,
    ),
    `| map, white | ${short(costs.white.megapixel)} | million pixels of white | ${short(costs.white.start)} | ${whole(costs.white.bytes)} |`,
    `| training | ${short(costs.training.iteration)} | iteration of ${costs.training.batch} patches | ${short(costs.training.start)} | |`,
    "",
    `On ${costs.machine}, ${costs.engine}, Node ${costs.node}, ${costs.day}.`,
  ].join("\n");
}
