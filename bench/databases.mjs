/**
 * Step 3 beside Caffe's own tools, on the same 20,000 patches: `convert` beside convert_imageset -shuffle, `mean`
 * beside compute_image_mean. Ours is measured as a call in a process that runs already (a notebook, a pipeline), and
 * as a whole Node process that loads the library first; the tools are whole processes always.
 */
import { spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  convertImages,
  createSample,
  databaseSummary,
  encodeMean,
  makePatches,
  meanOfDatabase,
  openStudy,
  writeMeanImage,
} from "histobook";
import { caffeFolder, noCaffe } from "../scripts/caffe.mjs";
import { alternate, rounded } from "./timing.mjs";

export const title = "Databases and mean images";

const sharp = createRequire(import.meta.url)("sharp");
const patches = 20_000;
// A mean takes a tenth of a second, so that a neighbour's moment weighs more.
const rounds = { convert: 10, mean: 20 };
const step = join(import.meta.dirname, "databases-step.mjs");

export async function rows(log) {
  // The tutorial's advice for many small files, and here it keeps the disk out of the comparison.
  const scratch = mkdtempSync(join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), "histobook-bench-"));
  try {
    const tools = { convert: caffeTool("convert_imageset", log), mean: caffeTool("compute_image_mean", log) };
    const inputs = await makeInputs(scratch);
    const databases = await makeOpened(inputs[0], scratch, tools.convert);
    if (tools.convert && tools.mean) await checkContent(inputs, scratch, tools);
    const results = [];
    for (const process of ["running", "new"]) {
      for (const input of inputs) results.push(await compareConvert(input, process, scratch, tools.convert));
      for (const input of databases) results.push(await compareMean(input, process, scratch, tools.mean));
    }
    for (const row of results) {
      log(`databases ${row.name}, ${row.input}, ${row.process} process: ratio ${row.ratio ?? "unknown"}`);
    }
    return results;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Step 1's own patches, which store their pixels as they are, and the same ones as other programs compress them. */
async function makeInputs(scratch) {
  const study = openStudy(await createSample(join(scratch, "study")));
  await makePatches(study, { perImage: 220 });
  const stored = join(study.directory, "subs");
  const list = join(scratch, "list.txt");
  const names = readdirSync(stored).sort().slice(0, patches);
  if (names.length < patches) throw new Error(`bench: found ${names.length} patches, expected ${patches}`);
  // With spaces, since convert_imageset reads no others.
  writeFileSync(list, names.map((name) => `${name} ${name.split("_")[2]}\n`).join(""));
  const compressed = join(scratch, "compressed");
  mkdirSync(compressed);
  for (const name of names) {
    const png = await sharp(join(stored, name))
      .png({ compressionLevel: 6, adaptiveFiltering: true })
      .toBuffer();
    writeFileSync(join(compressed, name), png);
  }
  return [
    { input: "PNG files of step 1", folder: stored, list },
    { input: "PNG files, compressed", folder: compressed, list },
  ];
}

/** The path of one of Caffe's tools; undefined, and a line that says so, where Caffe isn't built. */
function caffeTool(name, log) {
  const folder = caffeFolder();
  if (!folder) log(`databases: ${name} is left out. ${noCaffe().message}`);
  return folder && join(folder, "build", "tools", name);
}

/** Both sides must have made the same thing, or their times can't be compared. */
async function checkContent([{ folder, list }], scratch, tools) {
  const [ours, theirs] = [join(scratch, "check-ours"), join(scratch, "check-theirs")];
  const { mean } = await convertImages(folder, list, ours, { shuffle: true });
  runTool(tools.convert, ["-shuffle", "-backend", "leveldb", `${folder}/`, list, theirs]);
  const [our, their] = [await databaseSummary(ours), await databaseSummary(theirs)];
  expectSame("records by class", our.byClass.join(" "), their.byClass.join(" "));
  expectSame("number of records", our.count, their.count);
  // Fewer than 65,793 patches: the sums are exact, and the order is of no account.
  const wanted = Buffer.from(encodeMean(mean));
  for (const database of [ours, theirs]) {
    const file = join(scratch, "check.binaryproto");
    runTool(tools.mean, ["-backend", "leveldb", database, file]);
    expectSame("mean image", readFileSync(file).toString("hex"), wanted.toString("hex"));
    const read = Buffer.from(encodeMean(await meanOfDatabase(database)));
    expectSame("mean image", read.toString("hex"), wanted.toString("hex"));
    rmSync(database, { recursive: true });
  }
}

function expectSame(what, ours, theirs) {
  if (ours !== theirs) throw new Error(`bench: the two sides differ in their ${what}: ${ours} and ${theirs}`);
}

async function compareConvert({ input, folder, list }, process, scratch, tool) {
  const [ours, theirs] = [join(scratch, "ours"), join(scratch, "theirs")];
  const convert =
    process === "running"
      ? () => convertImages(folder, list, ours, { shuffle: true })
      : () => runNode(["convert", folder, list, ours]);
  const best = await alternate(
    rounds.convert,
    () => timed(() => rmSync(ours, { recursive: true, force: true }), convert),
    () =>
      tool
        ? timed(
            () => rmSync(theirs, { recursive: true, force: true }),
            () => runTool(tool, ["-shuffle", "-backend", "leveldb", `${folder}/`, list, theirs]),
          )
        : Infinity,
  );
  return rowOf("convert", "convert_imageset", best, { input, process });
}

/**
 * The databases whose means are built, as each side leaves them and after they were opened once: LevelDB turns the
 * log that convert_imageset leaves into tables at its first open.
 */
async function makeOpened({ folder, list }, scratch, tool) {
  const made = [{ maker: "our database", path: join(scratch, "made-ours") }];
  await convertImages(folder, list, made[0].path, { shuffle: true });
  if (tool) {
    made.unshift({ maker: "Caffe's database", path: join(scratch, "made-theirs") });
    runTool(tool, ["-shuffle", "-backend", "leveldb", `${folder}/`, list, made[0].path]);
  }
  return made.flatMap(({ maker, path }) => [
    { input: `${maker}, later open`, path, first: false },
    { input: `${maker}, first open`, path, first: true },
  ]);
}

async function compareMean({ input, path, first }, process, scratch, tool) {
  const database = join(scratch, "opened");
  const file = join(scratch, "mean.binaryproto");
  const fresh = () => {
    rmSync(database, { recursive: true, force: true });
    cpSync(path, database, { recursive: true });
  };
  fresh();
  await meanOfDatabase(database);
  const prepare = first ? fresh : () => undefined;
  const sum =
    process === "running"
      ? async () => writeMeanImage(file, await meanOfDatabase(database))
      : () => runNode(["mean", database, file]);
  const best = await alternate(
    rounds.mean,
    () => timed(prepare, sum),
    () => (tool ? timed(prepare, () => runTool(tool, ["-backend", "leveldb", database, file])) : Infinity),
  );
  return rowOf("mean", "compute_image_mean", best, { input, process });
}

/** Seconds that the work took; what goes before it is not counted. */
async function timed(prepare, work) {
  prepare();
  const begin = performance.now();
  await work();
  return (performance.now() - begin) / 1000;
}

function runNode(args) {
  runTool(globalThis.process.execPath, [step, ...args]);
}

function runTool(tool, args) {
  const { status, stderr } = spawnSync(tool, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`bench: '${[tool, ...args].join(" ")}' failed: ${stderr}`);
}

function rowOf(name, peer, best, details) {
  const measured = Number.isFinite(best.theirs);
  return {
    name,
    peer,
    unit: "patches/s",
    ours: rounded(patches / best.ours),
    theirs: measured ? rounded(patches / best.theirs) : null,
    ratio: measured ? rounded(best.theirs / best.ours) : null,
    ...details,
    patches,
    rounds: rounds[name],
  };
}

export function table(rows) {
  const lines = rows.map(
    ({ name, input, process, ours, peer, theirs, ratio }) =>
      `| ${name} | ${input} | ${process} | ${ours} | ${peer} | ${theirs ?? "not installed"} | ${ratio ?? ""} |`,
  );
  return [
    "| row | input | our process | histobook, patches/s | peer | peer, patches/s | ratio |",
    "| --- | --- | --- | ---: | --- | ---: | ---: |",
    ...lines,
    "",
    `${patches.toLocaleString("en-US")} patches of 32 x 32 from the sample, shuffled, on a memory disk; the fastest of` +
      ` ${rounds.convert} (convert) and ${rounds.mean} (mean) alternating runs.` +
      ` The peers are BVLC Caffe's programs, each run a process of its own. "running": a call` +
      ' in a Node process that has the library loaded, as a notebook or the pipeline has it. "new": a whole Node' +
      " process that loads the library first. Before the clock runs, both databases are checked to have the same number" +
      " of records of each class and, byte for byte, the same mean image. At a database's first open LevelDB" +
      " turns what is still a log into tables: all of what convert_imageset leaves, a part of ours.",
  ].join("\n");
}
