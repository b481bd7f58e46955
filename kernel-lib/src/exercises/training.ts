/** The exercises of 4-training. */
import { join } from "node:path";
import { Phase, type LayerParameter } from "../caffe/index.js";
import { foldNetwork, receptiveFields } from "../display/blocks.js";
import { planNetwork } from "../engine/index.js";
import { HistobookError } from "../foundation/index.js";
import { readManifest, trainingLogName, type Manifest, type Study } from "../study/index.js";
import { readTrainingLog } from "../training/index.js";
import { numberAnswer } from "./answerForms.js";
import { exerciseOf, type Exercise } from "./exercise.js";
import { missing } from "./study.js";

/** The fold that is asked about: notebook 4 shows it. */
const fold = 1;

/** What does a value see if the first pooling is taken out? */
export const seeWithoutPooling = (study: Study): Exercise<number> => {
  const names = () => {
    const { layer } = foldNetwork(study, fold).net;
    const pooling = layer.findIndex(({ type }) => type === "Pooling");
    const after = layer.slice(pooling + 1).find(({ type }) => type === "Convolution");
    if (pooling >= 0 && after) return { pooling: layer[pooling].name, convolution: after.name };
    throw new HistobookError("BadInput", {
      subject: `fold ${fold}'s network`,
      found: "no pooling before a convolution",
      expected: "one, to take it out",
      fix: "do this exercise with the tutorial's network",
    });
  };
  return exerciseOf(
    {
      title: "see without pooling",
      question: () => {
        const { pooling, convolution } = names();
        return `Suppose ${pooling} were taken out of the network and nothing else changed. How many pixels wide would the part of the patch be that one value of ${convolution} sees?`;
      },
      form: numberAnswer("a number of pixels", { minimum: 1 }),
      hints: [
        "A filter of 5 × 5 on the patch itself sees 5 pixels. Put a second one on its results.",
        "Neighbouring results of the first filter look at places one pixel apart, unless a pooling has thinned them out.",
      ],
      truth: () => {
        const { convolution } = names();
        return {
          without: fieldOf(study, convolution, true),
          as: fieldOf(study, convolution, false),
          convolution,
        };
      },
      judge: (answer, { without, as, convolution }) => {
        if (answer === without)
          return {
            right: true,
            words: `${without} pixels instead of ${as}. Pooling doubles the step from one value to the next, and so all later filters see twice as far: that is how few layers come to see a whole patch.`,
          };
        if (answer === as)
          return { right: false, words: `That is what ${convolution} sees with the pooling in place.` };
        return {
          right: false,
          words:
            answer < without
              ? "More: the second filter looks at several results of the first, and each of them has seen several pixels."
              : "Less: without the pooling, neighbouring results look at places just one pixel apart.",
        };
      },
      solution: ({ without, as }) =>
        `${without} pixels: each further filter of 5 adds 4 at a step of one pixel. With the pooling it is ${as}.`,
    },
    study,
  );
};

/** The side of what one value of a layer sees, in pixels, with the first pooling in place or made to do nothing. */
function fieldOf(study: Study, layerName: string, withoutPooling: boolean): number {
  const { net, file, size, inputs } = foldNetwork(study, fold);
  const pooling = net.layer.find(({ type }) => type === "Pooling");
  if (withoutPooling && pooling) doNothing(pooling);
  const plan = planNetwork(net, Phase.TRAIN, inputs, file ?? undefined);
  return receptiveFields(plan, size).get(layerName) ?? size;
}

/** A pooling of single pixels hands on what it is given. */
function doNothing({ poolingParam }: LayerParameter): void {
  if (poolingParam) Object.assign(poolingParam, { kernelSize: 1, stride: 1, pad: 0 });
}

/** What a boaster says of every patch, [0,1]. */
const boast = 0.9;

/** What does it cost to be sure of everything? */
export const priceOfBoasting = (study: Study): Exercise<number> =>
  exerciseOf(
    {
      title: "price the boaster",
      question: `Somebody says of every patch: “epithelium, I am ${100 * boast} % sure.” What is the loss on fold ${fold}'s test patches? (Fifty-fifty has 0.69.)`,
      form: numberAnswer("a loss, e.g. 0.69", { minimum: 0 }),
      hints: [
        "The loss of a patch is −ln of the probability that was given to the right class; the loss of many is their mean.",
        `Where the boaster is right a patch costs −ln ${boast} ≈ ${(-Math.log(boast)).toFixed(2)}, where not −ln ${(1 - boast).toFixed(1)} ≈ ${(-Math.log(1 - boast)).toFixed(1)}.`,
        "How many of the test patches are epithelium? The cell above has counted them.",
      ],
      truth: () => {
        const { byClass, count } = databaseOf(study).test;
        const right = byClass[1] / count;
        return { right, loss: -(right * Math.log(boast) + (1 - right) * Math.log(1 - boast)) };
      },
      judge: (answer, { right, loss }) => {
        if (Math.abs(answer - loss) <= 0.08)
          return {
            right: true,
            words: `${loss.toFixed(2)}: far worse than fifty-fifty, though ${(100 * right).toFixed(0)} % of the answers are right. The loss punishes whoever is sure and wrong.`,
          };
        return {
          right: false,
          words:
            answer < loss
              ? "More: the patches on which the boaster is wrong cost twenty times as much as the others."
              : "Less: on some of the patches the boaster is right, and these cost next to nothing.",
        };
      },
      solution: ({ right, loss }) =>
        `${(100 * right).toFixed(0)} % of the patches cost ${(-Math.log(boast)).toFixed(2)} each, the others ${(-Math.log(1 - boast)).toFixed(2)}: ${loss.toFixed(2)} on average.`,
    },
    study,
  );

type DatabaseRecord = Manifest["databases"][string];

function databaseOf({ directory }: Study): DatabaseRecord {
  const record = readManifest(directory).databases[fold] as DatabaseRecord | undefined;
  if (record) return record;
  throw missing(directory, `no databases of fold ${fold}`, "those of step 3", "makeDatabases(study, …)");
}

/** How often did the training see each patch? */
export const countTheRounds = (study: Study): Exercise<number> =>
  exerciseOf(
    {
      title: "count the rounds",
      question: `How many times has fold ${fold}'s training seen each of its patches, on average?`,
      form: numberAnswer("a number of rounds, e.g. 0.5 or 20", { minimum: 0 }),
      hints: [
        "An iteration takes one batch. How many patches were taken in all?",
        "Divide by the number of patches in DB_train_1, which notebook 3's table has.",
      ],
      truth: () => {
        const { count } = databaseOf(study).train;
        const log = readTrainingLog(join(study.directory, trainingLogName(fold)));
        const run = log.find((entry) => entry.kind === "run");
        if (run?.kind !== "run") {
          throw missing(
            study.directory,
            `no training of fold ${fold}`,
            "that of step 4",
            "trainAndShow(study, …)",
          );
        }
        const { iterations, batch } = run;
        return { iterations, batch, count, rounds: (iterations * batch) / count };
      },
      judge: (answer, { iterations, batch, count, rounds }) => {
        if (Math.abs(answer - rounds) <= 0.2 * rounds)
          return {
            right: true,
            words: `${iterations} iterations of ${batch} patches, ${count} patches: ${rounds.toPrecision(2)} rounds (“epochs”). A network that has seen each patch hundreds of times begins to know them by heart.`,
          };
        return {
          right: false,
          words:
            answer < rounds
              ? "More often: each iteration takes a whole batch of patches, not one."
              : "Less often: divide the patches that were taken by those that there are.",
        };
      },
      solution: ({ iterations, batch, count, rounds }) =>
        `${iterations} × ${batch} / ${count} = ${rounds.toPrecision(2)} rounds.`,
    },
    study,
  );
