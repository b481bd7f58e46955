/** The exercises of 0-start-here. */
import { bundle, figure, html, imageTag, pngUrl, row, sourceNote, sourceText } from "../display/blocks.js";
import { readImage, readManifest, type Study } from "../study/index.js";
import { numberAnswer, numbersAnswer } from "./answerForms.js";
import { cutPatch, drawPatches, isEpithelium, type DrawnPatch } from "./drawnPatches.js";
import { exerciseOf, type Exercise } from "./exercise.js";
import { epitheliumShare, maskedCases, missing, patientsOn, studyStream, wholePercent } from "./study.js";

/** Patches to tell apart, and how many mistakes a good eye makes. */
const [shownPatches, forgiven] = [8, 2];

/** Which of some patches have epithelium in their middle? */
export const tellPatchesApart = (study: Study): Exercise<readonly number[]> =>
  exerciseOf(
    {
      title: "tell the patches apart",
      question: `Here are ${shownPatches} of your patches. In which of them does the pixel in the very middle belong to epithelium?`,
      picture: async () => {
        const figures = [];
        for (const [i, patch] of drawn(study).entries()) {
          const url = await pngUrl(await cutPatch(study, patch));
          figures.push(figure(imageTag(url, 96, `patch ${i + 1}`), `${i + 1}`));
        }
        return bundle({
          html: html`${row(figures)}${sourceNote(study)}`,
          text: `(${shownPatches} pictures, numbered from 1)${sourceText(study)}`,
        });
      },
      form: numbersAnswer(`the numbers of those that do, e.g. [1, ${shownPatches}]`, shownPatches),
      hints: [
        "The middle decides. What fills the rest of the patch may be of the other kind.",
        "Nuclei of epithelium stand close together, side by side or in a row. Those of stroma lie apart and are often thin.",
        "A gland has a border. Find it, and ask on which side of it the middle lies.",
      ],
      truth: () => drawn(study),
      judge: (answer, patches) => {
        const missed = patches.filter(({ type }, i) => isEpithelium(type) !== answer.includes(i + 1));
        const right = missed.length <= forgiven;
        const correct = shownPatches - missed.length;
        const edges = missed.filter(({ type }) => type === "e").length;
        if (!right) {
          const words = `You have ${correct} of ${shownPatches}, where tossing a coin gives ${shownPatches / 2} on average.`;
          return {
            right,
            words:
              edges > 0
                ? `${words} At least one was cut just outside of a gland: it shows much epithelium, and its middle has none.`
                : `${words} Look at how the nuclei stand, not at how dark they are: the stain differs from patient to patient.`,
          };
        }
        return {
          right,
          words: `${correct} of ${shownPatches}. ${missed.length > 0 ? "Nobody gets all of them: some middles lie within a pixel or two of the outline." : "The network is asked just this, for every pixel of an image."}`,
        };
      },
      solution: (patches) =>
        `Epithelium is in the middle of ${numbers(patches)}; the file names tell it: ${patches.map(({ file }, i) => `${i + 1} is ${file}`).join(", ")}.`,
    },
    study,
  );

const drawn = (study: Study): DrawnPatch[] => drawPatches(study, shownPatches, "tell the patches apart");

function numbers(patches: readonly DrawnPatch[]): string {
  const found = patches.flatMap(({ type }, i) => (isEpithelium(type) ? [i + 1] : []));
  return found.length === 0 ? "none of them" : found.join(", ");
}

/** Percentage points by which a good eye may be wrong. */
const tolerance = 0.1;

/** How much of an image is epithelium? */
export const guessTheShare = (study: Study): Exercise<number> => {
  const image = () => {
    const cases = maskedCases(study);
    return cases[studyStream(study, "guess the share").integer(cases.length)];
  };
  return exerciseOf(
    {
      title: "guess the share",
      question:
        "Here is one of your images without its outline. How many percent of its pixels did the pathologist call epithelium?",
      picture: async () => {
        const { name, imagePath } = image();
        const url = await pngUrl(await readImage(imagePath), { limit: 60_000 });
        return bundle({
          html: html`${figure(imageTag(url, 260, name), name)}${sourceNote(study)}`,
          text: `(a picture: ${name})${sourceText(study)}`,
        });
      },
      form: numberAnswer("a percentage from 0 to 100", { minimum: 0, maximum: 100 }),
      hints: [
        "Cut the image into quarters with your eyes, guess each of them, and take the mean.",
        "The outline runs round whole glands: the white hole in the middle of one counts as epithelium.",
      ],
      truth: () => epitheliumShare([image()]),
      judge: (answer, share) => {
        const difference = answer / 100 - share;
        if (Math.abs(difference) <= tolerance)
          return {
            right: true,
            words: `It is ${wholePercent(share)}. Whoever called every pixel of this image epithelium would be right as often as that, without looking.`,
          };
        return {
          right: false,
          words:
            difference < 0
              ? "It is more. The outline goes round whole glands, with the white holes in them."
              : "It is less. Dark nuclei catch the eye, and there are many of them in stroma, too.",
        };
      },
      solution: (share) =>
        `The mask is white on ${wholePercent(share)} of the pixels. Notebook 1 shows why the patches hold another share.`,
    },
    study,
  );
};

/** Who has taught a network nothing? */
export const countTheStrangers = (study: Study): Exercise<number> => {
  const fold = (): number => {
    const [first] = Object.keys(readManifest(study.directory).databases);
    if (first === undefined) {
      throw missing(study.directory, "no databases", "those of step 3", "makeDatabases(study, …)");
    }
    return Number(first);
  };
  return exerciseOf(
    {
      title: "count the strangers",
      question: () =>
        `The network of fold ${fold()} learns from its training patients. How many of the study's patients have taught it nothing at all?`,
      form: numberAnswer("a number of patients", { minimum: 0 }),
      hints: [
        "The study's patients fall into three groups, and one of them teaches.",
        `The lists stand as text files in the study folder: train_…_parent, val_…_parent and test_…_parent.`,
      ],
      truth: () => {
        const side = (name: "train" | "val" | "test") => {
          try {
            return patientsOn(study, name, fold()).length;
          } catch (error) {
            if (name === "val") return 0;
            throw error;
          }
        };
        return { train: side("train"), validation: side("val"), test: side("test") };
      },
      judge: (answer, { train, validation, test }) => {
        if (answer === validation + test)
          return {
            right: true,
            words: `${test} test it${validation > 0 ? `, and on ${validation} its threshold is chosen` : ""}. Only what these say about it is worth anything.`,
          };
        if (answer === train)
          return { right: false, words: "That is the number of those who did teach it. Who is left?" };
        if (answer === test || answer === validation)
          return {
            right: false,
            words:
              "That is one group of two: some patients test, and others are kept aside to choose the threshold.",
          };
        return {
          right: false,
          words: "Each patient stands on exactly one side of a fold. Count those who don't train.",
        };
      },
      solution: ({ train, validation, test }) =>
        `${train} train, ${validation} are kept aside for the threshold, ${test} test: ${validation + test} have taught it nothing.`,
    },
    study,
  );
};
