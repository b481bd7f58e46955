/**
 * A study of 1,000 images and 1,000,000 patches, as far as a folder and its manifest show it: every file is a link to one of a few,
 * so that it takes seconds and hardly any space.
 */
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createSample, openStudy } from "histobook";

const folds = 5;
/** Links that one file may have, well below what file systems allow. */
const mostLinks = 30_000;

/**
 * @param directory the study's folder, which must not exist
 * @param images how many; five of them a patient
 * @param patches how many files in subs/, shared out evenly
 */
export async function writeLargeStudy(directory, { images = 1000, patches = 1_000_000 } = {}) {
  const sample = `${directory}.sample`;
  const { cases } = openStudy(await createSample(sample));
  const [one] = cases;
  for (const folder of [
    "images",
    "subs",
    "models",
    ...numbers(folds).map((fold) => join("out", String(fold))),
  ])
    mkdirSync(join(directory, folder), { recursive: true });
  const names = numbers(images).map((i) => `P${String(Math.ceil(i / 5)).padStart(4, "0")}_${i}`);
  const link = linker(directory);
  for (const name of names) {
    link(readFileSync(one.imagePath), `images/${name}.tif`);
    link(readFileSync(one.maskPath), `images/${name}_mask.png`);
  }
  rmSync(sample, { recursive: true });
  const each = patches / images / 2;
  for (const [i, name] of names.entries()) {
    const patient = name.split("_")[0];
    for (let position = 1; position <= each; position++)
      for (const rotation of [0, 90])
        link("patch", `subs/${patient}_${(i % 5) + 1}_1_p_${position}_${rotation}.png`);
  }
  const size = 32;
  const maps = {};
  for (const [i, name] of names.entries()) {
    const fold = (Math.floor(i / 5) % folds) + 1;
    link("map", `out/${fold}/${name}_prob.png`);
    link("map", `out/${fold}/${name}_class.png`);
    const path = `out/${fold}/${name}`;
    maps[path] = {
      key: `map ${i}`,
      from: `model ${fold}`,
      fold,
      model: `models/${fold}.caffemodel`,
      stride: 1,
    };
  }
  const side = { count: patches / 2, byClass: [patches / 4, patches / 4] };
  const databases = {};
  const models = {};
  for (const fold of numbers(folds)) {
    for (const kind of ["train", "test"]) {
      mkdirSync(join(directory, `DB_${kind}_${fold}`));
      link("current", `DB_${kind}_${fold}/CURRENT`);
      for (const table of numbers(200))
        link("table", `DB_${kind}_${fold}/${String(table).padStart(6, "0")}.ldb`);
      link("list", `${kind}_w${size}_${fold}.txt`);
    }
    link("mean", `DB_train_w${size}_${fold}.binaryproto`);
    link("model", `models/${fold}.caffemodel`);
    const common = { scale: 1, size, seed: 1 };
    databases[fold] = {
      ...common,
      key: `database ${fold}`,
      from: "folds",
      shuffle: true,
      train: side,
      test: side,
    };
    models[fold] = {
      ...common,
      ...{ key: `model ${fold}`, from: `database ${fold}`, file: `models/${fold}.caffemodel` },
      ...{ iterations: 600_000, engine: "none", overrides: {} },
    };
  }
  const record = (name, i) => ({
    ...{ key: `image ${i}`, patient: name.split("_")[0], imageNumber: (i % 5) + 1, width: 224, height: 224 },
    positions: { p: each, e: 0, b: 0 },
  });
  const manifest = {
    ...{ format: "histobook-study", version: 1, scale: 1, source: null },
    patches: {
      key: "patches",
      parameters: {
        ...{
          scale: 1,
          size,
          perImage: each,
          edgeRatio: 0,
          backgroundRatio: 0,
          rotations: [0, 90],
          white: 0.8,
        },
        ...{ centre: "inference", maskRule: "majority", whiteEdges: "remove", seed: 1 },
      },
      files: true,
      images: Object.fromEntries(names.map((name, i) => [name, record(name, i)])),
    },
    folds: {
      ...{ key: "folds", from: "patches", size },
      parameters: { folds, seed: 1, validation: 0, stratify: false, separator: "tab" },
    },
    ...{ databases, models, maps, thresholds: {} },
  };
  writeFileSync(join(directory, "histobook.json"), JSON.stringify(manifest, null, 1));
}

const numbers = (count) => Array.from({ length: count }, (_, i) => i + 1);

/** Makes files, of which those with the same content are one file with many names. */
function linker(directory) {
  const made = new Map();
  return (content, name) => {
    const path = join(directory, name);
    const key = typeof content === "string" ? content : `${content.length} bytes`;
    const earlier = made.get(key);
    if (earlier && earlier.links < mostLinks) {
      linkSync(earlier.path, path);
      earlier.links++;
    } else {
      writeFileSync(path, content);
      made.set(key, { path, links: 1 });
    }
  };
}
