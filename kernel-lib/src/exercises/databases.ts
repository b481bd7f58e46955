/** The exercises of 3-databases. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { readMeanImage, type MeanImage } from "../caffe/index.js";
import { bundle, channelMeans, figure, html, imageTag, pngUrl, row } from "../display/blocks.js";
import { openPatchStore } from "../databases/index.js";
import {
  databaseName,
  meanName,
  parsePatchName,
  readManifest,
  type Colour,
  type Raster,
  type Study,
} from "../study/index.js";
import { numberAnswer, wordAnswer } from "./answerForms.js";
import { exerciseOf, type Exercise } from "./exercise.js";
import { missing, studyStream } from "./study.js";

/** The fold whose databases are asked about: notebook 3 shows it. */
const fold = 1;

function meanOf({ directory }: Study): MeanImage {
  const path = join(directory, meanName(readManifest(directory).folds?.size ?? 32, fold));
  if (!existsSync(path)) {
    throw missing(directory, `no mean image of fold ${fold}`, "that of step 3", "makeDatabases(study, …)");
  }
  return readMeanImage(path);
}

/** Which of two colours is the tissue's, if the planes are blue, green and red? */
export const findRed = (study: Study): Exercise<string> => {
  const order = () => (studyStream(study, "find red").integer(2) === 0 ? ["A", "B"] : ["B", "A"]);
  return exerciseOf(
    {
      title: "find red in the mean image",
      question: () => {
        const means = channelMeans(meanOf(study)).map((value) => value.toFixed(0));
        return `The mean image's file holds three planes, one after another, whose averages are ${means.join(", ")}. One of these squares was painted as if they were blue, green, red, the other as if they were red, green, blue. Which one has the order that Caffe's files have?`;
      },
      picture: async () => {
        const [blue, green, red] = channelMeans(meanOf(study));
        const colours: Record<string, Colour> = {
          [order()[0]]: [red, green, blue],
          [order()[1]]: [blue, green, red],
        };
        const figures = [];
        for (const name of ["A", "B"]) {
          figures.push(figure(imageTag(await pngUrl(square(colours[name])), 80, `square ${name}`), name));
        }
        const words = ["A", "B"].map(
          (name) => `${name} is red, green, blue = ${colours[name].map(Math.round).join(", ")}`,
        );
        return bundle({ html: html`${row(figures)}`, text: words.join("; ") });
      },
      form: wordAnswer('"A" or "B"', ["A", "B"]),
      hints: [
        "Step back from the patches above until they blur: which square has the colour that is left?",
        "Caffe reads pictures with OpenCV, which keeps blue first.",
      ],
      truth: () => {
        const [blue, , red] = channelMeans(meanOf(study));
        return { name: order()[0], apart: Math.abs(blue - red) };
      },
      judge: (answer, { name, apart }) =>
        answer === name
          ? {
              right: true,
              words: `The first plane is blue. Red and blue are ${apart.toFixed(0)} grey levels apart here, and so much would be wrong in two planes of every patch if they were swapped. Below that is done on purpose.`,
            }
          : {
              right: false,
              words:
                "That square has red and blue swapped. Hold it beside the patches above: which of the two could be their average?",
            },
      solution: ({ name }) => `Square ${name}: the planes are blue, green, red, as OpenCV has them.`,
    },
    study,
  );
};

function square([red, green, blue]: Colour, side = 24): Raster {
  const data = new Uint8Array(side * side * 3);
  for (let i = 0; i < data.length; i += 3) data.set([red, green, blue].map(Math.round), i);
  return { width: side, height: side, channels: 3, data };
}

/** Patches in the batch that is asked about: the quick preset's. */
const batchSize = 24;

/** How many patients meet in one batch? */
export const meetInABatch = (study: Study): Exercise<number> =>
  exerciseOf(
    {
      title: "meet in a batch",
      question: `Training takes ${batchSize} patches at a time from DB_train_${fold}, in the database's order. From how many patients are the first ${batchSize}?`,
      form: numberAnswer("a number of patients", { minimum: 1 }),
      hints: [
        "The lists are sorted by patient; the databases are shuffled.",
        "As many patches, drawn at random from all training patients: would one of these patients have none?",
      ],
      truth: async () => {
        const path = join(study.directory, databaseName("train", fold));
        if (!existsSync(path)) {
          throw missing(
            study.directory,
            `no DB_train_${fold}`,
            "the database of step 3",
            "makeDatabases(study, …)",
          );
        }
        const store = await openPatchStore(path);
        try {
          for await (const { keys } of store.batches(batchSize)) {
            const patients = keys.map((key) => parsePatchName(key.replace(/^\d+_/, ""))?.patient ?? key);
            return new Set(patients).size;
          }
        } finally {
          await store.close();
        }
        return 0;
      },
      judge: (answer, patients) => {
        if (Math.abs(answer - patients) <= 1)
          return {
            right: true,
            words: `From ${patients}. So every batch is a small picture of the whole, and no step of the training is one patient's alone.`,
          };
        return {
          right: false,
          words:
            answer < patients
              ? "More: you have thought of the list, which is sorted. The database was shuffled."
              : "Fewer: so many patients are not there to be drawn from.",
        };
      },
      solution: (patients) =>
        `From ${patients} patients; the first ${batchSize} lines of the list are one patient's.`,
    },
    study,
  );

/** How flat is a mean image? */
export const measureTheMean = (study: Study): Exercise<number> =>
  exerciseOf(
    {
      title: "measure the mean image",
      question:
        "Take the green plane of fold 1's mean image. How many grey levels (of 255) lie between its darkest and its brightest pixel?",
      form: numberAnswer("a number of grey levels from 0 to 255", { minimum: 0, maximum: 255 }),
      hints: [
        "A nucleus may lie anywhere in a patch. What is left of thousands of them on top of one another?",
        "With its contrast stretched it shows a pattern; as it is you see none. How small must the differences be?",
      ],
      truth: () => {
        const { data, channels } = meanOf(study);
        const plane = data.length / channels;
        const green = data.subarray(plane, 2 * plane);
        return Math.max(...green) - Math.min(...green);
      },
      judge: (answer, range) => {
        if (answer >= range / 2 && answer <= range * 2)
          return {
            right: true,
            words: `It is ${range.toFixed(1)}. With more patches it becomes flatter still, so that one colour would do nearly as well as a picture.`,
          };
        return {
          right: false,
          words:
            answer > range
              ? "Much less: tissue has no preferred place in a patch, and the differences average out."
              : "A little more: the patches are not without number, and some chance is left.",
        };
      },
      solution: (range) =>
        `${range.toFixed(1)} grey levels: a mean of thousands of patches is nearly one colour.`,
    },
    study,
  );
