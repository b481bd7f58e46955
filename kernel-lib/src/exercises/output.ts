/** The exercises of 5-output. */
import { bundle, html, table } from "../display/blocks.js";
import { loadEngine } from "../engine/index.js";
import {
  addLevels,
  countLevels,
  countsAt,
  evaluate,
  scoresOf,
  ValidationMaps,
  type LevelCounts,
} from "../evaluation/index.js";
import { foldModelFiles } from "../models/index.js";
import { loadModel, predictMap, strideIndices } from "../output/index.js";
import {
  imageSize,
  readImage,
  readManifest,
  readMask,
  scaledSize,
  workingScale,
  type Study,
} from "../study/index.js";
import { numberAnswer } from "./answerForms.js";
import { exerciseOf, type Exercise } from "./exercise.js";
import { maskedCases, patientsOn, studyStream } from "./study.js";

/** The fold that is asked about: notebook 5 shows it. */
const fold = 1;

/** The thresholds to choose from. */
const thresholds = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];

/** F-scores this near to the best are as good. */
const asGood = 0.005;

/** Which threshold may be taken, if there are two columns of scores? */
export const chooseWithoutPeeking = (study: Study): Exercise<number> => {
  const scores = async () => {
    const honest = await ValidationMaps.of(study, fold).levels();
    const { patients } = await evaluate(study, { fold, threshold: 0.5, repeats: 10 });
    return { honest: curve(honest), peeked: curve(addLevels(patients.map(({ levels }) => levels))) };
  };
  return exerciseOf(
    {
      title: "choose without peeking",
      question: `Fold ${fold}'s F-score at nine thresholds, on two groups of patients. Choose the threshold that you would report results with.`,
      picture: async () => {
        const { honest, peeked } = await scores();
        const groups = [
          { names: patientsOn(study, "val", fold), values: honest },
          { names: patientsOn(study, "test", fold), values: peeked },
        ];
        if (studyStream(study, "choose without peeking").integer(2) === 1) groups.reverse();
        const header = ["threshold", ...groups.map(({ names }) => names.join(", "))];
        const rows = thresholds.map((value, i) => [
          value.toFixed(1),
          ...groups.map(({ values }) => values[i].toFixed(3)),
        ]);
        return bundle({
          html: html`${table(header, rows)}`,
          text: [header, ...rows].map((cells) => cells.join("  ")).join("\n"),
        });
      },
      form: numberAnswer("one of the thresholds, e.g. 0.5", { minimum: 0, maximum: 1 }),
      hints: [
        "Two groups of patients, and you may look at one of them. Which one is it?",
        `The lists val_w32_parent_${fold}.txt and test_w32_parent_${fold}.txt say who is who.`,
      ],
      truth: scores,
      judge: (answer, { honest, peeked }) => {
        const index = thresholds.findIndex((value) => Math.abs(value - answer) < 1e-9);
        if (index < 0) return { right: false, words: "Take one of those in the table." };
        if (honest[index] >= Math.max(...honest) - asGood) {
          const lost = Math.max(...peeked) - peeked[index];
          return {
            right: true,
            words: `It is best on the validation patients${lost > asGood ? `, and ${lost.toFixed(3)} below what peeking would have got on the test patients: that is the price of an honest figure, and worth paying` : ", and this time it costs nothing on the test patients"}.`,
          };
        }
        if (peeked[index] >= Math.max(...peeked) - asGood)
          return {
            right: false,
            words:
              "That is best on the test patients. Their score would then say how well it was chosen, no longer how well the network does on somebody new.",
          };
        return {
          right: false,
          words: "It is best for neither group. Find the group that may choose, and then its highest score.",
        };
      },
      solution: ({ honest }) => {
        const best = thresholds[honest.indexOf(Math.max(...honest))];
        return `${best.toFixed(1)}, which is best on the validation patients; the test patients' column is not for choosing.`;
      },
    },
    study,
  );
};

function curve(levels: LevelCounts): number[] {
  return thresholds.map((value) => scoresOf(countsAt(levels, value)).fScore ?? 0);
}

/** Every n-th pixel is enough to see a score fall. */
const stride = 4;

/** By how much may a predicted F-score be wrong? */
const tolerance = 0.07;

/** What becomes of the F-score at half of the magnification? */
export const breakTheMagnification = (study: Study): Exercise<number> =>
  exerciseOf(
    {
      title: "break the magnification",
      question: `Fold ${fold}'s network is shown its test images at half of the magnification that it was trained at: every nucleus is half as wide as it knows. What F-score will it have (at the threshold 0.5)?`,
      form: numberAnswer("an F-score from 0 to 1", { minimum: 0, maximum: 1 }),
      hints: [
        "Nothing will complain, and some kind of map will come out. Colour is still there; what is gone?",
        "A window of 32 pixels now holds four times as much tissue. The cell on the wrong magnification does the opposite, and says what that costs.",
        "Calling everything epithelium has an F-score, too. Compare your guess with the grey crosses above.",
      ],
      truth: async () => {
        const scale = readManifest(study.directory).models[fold]?.scale ?? workingScale(study.directory);
        return { right: await scoreAtScale(study, scale), wrong: await scoreAtScale(study, scale / 2) };
      },
      judge: (answer, { right, wrong }) => {
        const change = `${wrong.toFixed(2)} instead of ${right.toFixed(2)}`;
        if (Math.abs(answer - wrong) <= tolerance)
          return {
            right: true,
            words: `${change}. ${wrong < right ? "What the network knows of nuclei and their neighbours holds at one magnification alone." : "It happens to do no worse here; four images are few, and nothing promises it for others."} A scale belongs to a model like its weights, which is why histobook keeps it with them.`,
          };
        return {
          right: false,
          words:
            answer > wrong
              ? "It falls further: shapes that the network has never met decide now, and colour alone is a poor guide."
              : "It does not fall so far: the stain still tells a good deal, and glands cover much of these images.",
        };
      },
      solution: ({ right, wrong }) => `${wrong.toFixed(3)}; at the right magnification ${right.toFixed(3)}.`,
    },
    study,
  );

/** The F-score of a fold's network on its test images at some scale and the threshold 0.5. */
async function scoreAtScale(study: Study, scale: number): Promise<number> {
  const test = new Set(patientsOn(study, "test", fold));
  const { classifier } = loadModel(await loadEngine(), foldModelFiles(study.directory, fold));
  const levels: LevelCounts[] = [];
  try {
    for (const { imagePath, maskPath } of maskedCases(study).filter(({ patient }) => test.has(patient))) {
      const { epithelium } = await predictMap(await readImage(imagePath, scale), classifier, { stride });
      const mask = await readMask(maskPath, scale, { size: await imageSize(imagePath) });
      levels.push(
        countLevels(
          Uint8Array.from(epithelium, (one) => Math.round(255 * one)),
          mask.data,
        ),
      );
    }
  } finally {
    classifier.dispose();
  }
  return scoresOf(countsAt(addLevels(levels), 0.5)).fScore ?? 0;
}

/** The stride that is asked about. */
const askedStride = 3;

/** How many windows does a stride leave? */
export const countTheWindows = (study: Study): Exercise<number> => {
  const sides = async () => {
    const [{ imagePath, name }] = study.cases;
    const size = await imageSize(imagePath);
    const scale = workingScale(study.directory);
    return { name, width: scaledSize(size.width, scale), height: scaledSize(size.height, scale) };
  };
  return exerciseOf(
    {
      title: "count the windows",
      question: async () => {
        const { name, width, height } = await sides();
        return `${name} has ${width} × ${height} pixels at the working scale. How many windows does the network look at with stride: ${askedStride}?`;
      },
      form: numberAnswer("a whole number", { minimum: 1 }),
      hints: [
        "Every third pixel of every third row. How many columns are that, and how many rows?",
        "A run of one or two pixels at the end gets a window of its own: no pixel is left without a value.",
      ],
      truth: async () => {
        const { width, height } = await sides();
        const [columns, rows] = [width, height].map((side) => strideIndices(side, askedStride).length);
        return { width, height, columns, rows };
      },
      judge: (answer, { width, height, columns, rows }) => {
        if (answer === columns * rows)
          return {
            right: true,
            words: `${columns} × ${rows}, about a ninth of ${width * height}. What lies between takes the nearest value; epithelium comes in large areas, so little is lost.`,
          };
        if (answer === columns || answer === rows)
          return {
            right: false,
            words: "That is one side alone: the stride is taken along the rows and along the columns.",
          };
        return {
          right: false,
          words:
            Math.abs(answer - columns * rows) < columns + rows
              ? "Nearly. What is left over at the right and at the bottom gets a window, too."
              : "Count columns and rows by themselves, each as a side divided by the stride.",
        };
      },
      solution: ({ columns, rows }) => `${columns} columns × ${rows} rows = ${columns * rows} windows.`,
    },
    study,
  );
};
