// npm run trained-model: trains the small network that comes with the library, and writes it into kernel-lib/trained with what it
// is worth on its test patients. It takes some minutes; run again, it goes on from what is there.
import { cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { format, resolveConfig } from "prettier";
import {
  createSample,
  evaluate,
  makeDatabases,
  makeFolds,
  makePatches,
  openStudy,
  output,
  presets,
  readManifest,
  train,
} from "histobook";
import { ownFolder, repository } from "./setup/paths.mjs";

/** One fold is enough for a first look; the notebooks show the same one. */
const fold = 2;
const stride = 4;
const { patches, folds, training } = presets.standard;

const report = ({ event, step, done, total }) => {
  if (event === "progress" && (done === total || done % 500 === 0))
    process.stdout.write(`${step}: ${done} of ${total}\n`);
};
const study = openStudy(await createSample(join(ownFolder, "trained-model-study")));
await makePatches(study, { ...patches, direct: true, report });
await makeFolds(study, folds);
await makeDatabases(study, { fold, report });
await train(study, { ...training, fold, resume: true, report });
await output(study.directory, { fold, stride, report });
const { pooled, thresholds } = await evaluate(study, { fold });

const { scale, source, models } = readManifest(study.directory);
const { file, size, iterations } = models[fold];
const target = join(repository, "kernel-lib", "trained");
rmSync(target, { recursive: true, force: true });
const sides = ["train", "val", "test"];
for (const name of [
  file,
  "models/deploy.prototxt",
  `DB_train_w${size}_${fold}.binaryproto`,
  ...sides.map((side) => `${side}_w${size}_parent_${fold}.txt`),
]) {
  mkdirSync(dirname(join(target, name)), { recursive: true });
  cpSync(join(study.directory, name), join(target, name));
}
const manifest = {
  ...{ format: "histobook-study", version: 1, scale, source, patches: null, folds: null, databases: {} },
  ...{ models: { [fold]: { ...models[fold], from: null } }, maps: {}, thresholds: {} },
};
writeFileSync(join(target, "histobook.json"), JSON.stringify(manifest, null, 1) + "\n");

const scores = {
  stride,
  threshold: thresholds[0].value,
  fScore: pooled.atThreshold.fScore,
  fScoreAtHalf: pooled.atHalf.fScore,
  allEpithelium: pooled.allEpithelium.fScore,
};
writeFileSync(join(target, "scores.json"), JSON.stringify(scores, null, 2) + "\n");
const readme = join(target, "README.md");
writeFileSync(readme, await format(words(scores), { ...(await resolveConfig(readme)), filepath: readme }));
process.stdout.write(`Wrote ${target}: F-score ${scores.fScore.toFixed(3)}.\n`);

function words({ threshold, fScore, fScoreAtHalf, allEpithelium }) {
  const figure = (value) => value.toFixed(3);
  return `# The network that comes with the library

The tutorial's network, trained on fold ${fold} of the embedded sample, so that a first map is there within a minute. It is for
looking and learning, not for diagnosis: it has seen six patients of one laboratory.

- **Made by** \`npm run trained-model\`: the standard preset (${patches.perImage} positions of epithelium an image, ${iterations} iterations of
  ${training.batch} patches, seed 1), with histobook's own steps 1 to 4. The same command makes it anew.
- **Data**: six of the sample's ten patients; \`*_parent_${fold}.txt\` name who trained, who was kept aside for the threshold, and who
  tested. The sample is a part of EBHI-Seg (Shi et al. 2023), CC BY 4.0; see \`../sample/README.md\`.
- **Licence**: CC BY 4.0, as the images that it was made from: name EBHI-Seg (Shi et al. 2023) and histobook.
- **Files**: Caffe's own formats under the tutorial's names, laid out as in a study.

## How good it is

On the fold's two test patients, whom it has never met (four images, every ${stride}th pixel of every ${stride}th row computed):

| threshold | F-score |
| --- | ---: |
| ${threshold.toFixed(3)}, chosen on the validation patients | ${figure(fScore)} |
| 0.5 | ${figure(fScoreAtHalf)} |
| calling everything epithelium | ${figure(allEpithelium)} |

Fold ${fold} was taken because the notebooks show it; it is one of the easier ones, and two patients are few. A test maps the same
images and compares the figures (\`scores.json\`).
`;
}
