/** The exercises of 2-cross-validation. */
import { bundle, html, table, type Bundle } from "../display/blocks.js";
import { splitPatients } from "../folds/index.js";
import { HistobookError } from "../foundation/index.js";
import type { Case, Study } from "../study/index.js";
import { numberAnswer, wordAnswer } from "./answerForms.js";
import { exerciseOf, type Exercise } from "./exercise.js";
import { epitheliumShare, foldCount, maskedCases, patientsOn, studyStream, wholePercent } from "./study.js";

/** A split of images: who is tested; all others train. */
interface ImageSplit {
  cases: readonly Case[];
  test: ReadonlySet<string>;
}

/** Splits that are shown, and the most patients in them: a table that can be read. */
const [shownSplits, mostPatients] = [5, 12];

/** Which of five splits leaks? */
export const findTheLeak = (study: Study): Exercise<number> =>
  exerciseOf(
    {
      title: "find the leaking split",
      question: `Here are ${shownSplits} splits of your images: T is tested, · trains. In one of them a patient stands on both sides. Which one is it?`,
      picture: () => splitTable(imageSplits(study)),
      form: numberAnswer(`a split from 1 to ${shownSplits}`, { minimum: 1, maximum: shownSplits }),
      hints: [
        "What stands before the first underscore is the patient. Images of one patient must go together.",
        "Go down one column at a time: wherever there is a T, look at the patient's other images.",
      ],
      truth: () => imageSplits(study).map(leakingPatients),
      judge: (answer, leaks) => {
        const patients = leaks[answer - 1];
        if (patients.length > 0)
          return {
            right: true,
            words: `Patient ${patients[0]} is tested by a network that has seen the same tissue, with the same stain. Its score would look better than it is; makeDatabases refuses such lists.`,
          };
        return {
          right: false,
          words: `In split ${answer} every patient's images stand together, so nothing leaks: look for a patient with a T and a ·.`,
        };
      },
      solution: (leaks) => {
        const found = leaks.flatMap((patients, i) =>
          patients.map((patient) => `patient ${patient} in split ${i + 1}`),
        );
        return `On both sides: ${found.join(", ")}.`;
      },
    },
    study,
  );

/**
 * Five splits, one of which tears a patient's images apart.
 *
 * @throws HistobookError `BadInput` where no patient has two images, and so nobody can be torn apart.
 */
function imageSplits(study: Study): ImageSplit[] {
  const random = studyStream(study, "find the leaking split");
  const imagesOf = new Map<string, Case[]>();
  for (const one of study.cases) imagesOf.set(one.patient, [...(imagesOf.get(one.patient) ?? []), one]);
  const bySize = [...imagesOf.keys()].sort((a, b) => imagesOf.get(b)!.length - imagesOf.get(a)!.length);
  const patients = bySize.slice(0, mostPatients).sort();
  if (patients.length < 2 || imagesOf.get(bySize[0])!.length < 2) {
    throw new HistobookError("BadInput", {
      subject: study.directory,
      found: "one image a patient",
      expected: "a patient with two images, who could leak",
      fix: "do this exercise with the sample",
    });
  }
  const cases = study.cases.filter(({ patient }) => patients.includes(patient));
  const leaking = random.integer(shownSplits);
  return Array.from({ length: shownSplits }, (_, i): ImageSplit => {
    const seed = random.integer(1_000_000);
    const [fold] = splitPatients(patients, { folds: Math.min(5, patients.length), seed, validation: 0 });
    const test = new Set(cases.filter(({ patient }) => fold.test.includes(patient)).map(({ name }) => name));
    if (i === leaking) {
      const torn = patients.filter((patient) => imagesOf.get(patient)!.length > 1);
      const tested = torn.filter((patient) => fold.test.includes(patient));
      const [{ name }] = imagesOf.get((tested.length > 0 ? tested : torn)[0])!;
      if (!test.delete(name)) test.add(name);
    }
    return { cases, test };
  });
}

/** Those who stand on both sides. */
function leakingPatients({ cases, test }: ImageSplit): string[] {
  const sides = (tested: boolean): Set<string> =>
    new Set(cases.filter(({ name }) => test.has(name) === tested).map(({ patient }) => patient));
  const training = sides(false);
  return [...sides(true)].filter((patient) => training.has(patient));
}

function splitTable(splits: readonly ImageSplit[]): Bundle {
  const [{ cases }] = splits;
  const header = ["image", ...splits.map((_, i) => `split ${i + 1}`)];
  const rows = cases.map(({ name }) => [name, ...splits.map(({ test }) => (test.has(name) ? "T" : "·"))]);
  return bundle({
    html: html`${table(header, rows)}`,
    text: [header, ...rows].map((cells) => cells.join("  ")).join("\n"),
  });
}

/** Which fold is easiest for whoever calls everything epithelium? */
export const findTheLuckyFold = (study: Study): Exercise<number> =>
  exerciseOf(
    {
      title: "find the lucky fold",
      question:
        "Somebody calls every pixel epithelium, without looking. In which fold does that give the best score? (Look at the test patients' images.)",
      form: numberAnswer("a fold, counted from 1", { minimum: 1 }),
      hints: [
        "Whoever calls everything epithelium is right exactly where there is epithelium.",
        "Which fold's test patients have the largest glands? showCases({ ...study, cases: … }) shows them, as above.",
      ],
      truth: async () => {
        const shares: number[] = [];
        for (let fold = 1; fold <= foldCount(study); fold++) {
          const test = new Set(patientsOn(study, "test", fold));
          shares.push(await epitheliumShare(maskedCases(study).filter(({ patient }) => test.has(patient))));
        }
        return shares;
      },
      judge: (answer, shares) => {
        const best = Math.max(...shares);
        const share = shares[Math.round(answer) - 1] as number | undefined;
        if (share === undefined) return { right: false, words: `There are folds 1 to ${shares.length}.` };
        if (share === best)
          return {
            right: true,
            words: `${wholePercent(share)} of its test patients' pixels are epithelium, so that looking at nothing has an F-score of ${lazyScore(share)}. No score means anything without that number beside it.`,
          };
        return {
          right: false,
          words: `In fold ${answer} ${wholePercent(share)} of the test patients' pixels are epithelium, which gives an F-score of ${lazyScore(share)}. There is a fold with more.`,
        };
      },
      solution: (shares) =>
        `Epithelium in the test patients' images: ${shares.map((share, i) => `fold ${i + 1} ${wholePercent(share)}`).join(", ")}.`,
    },
    study,
  );

/** The F-score of calling everything epithelium, where a share of the pixels is. */
function lazyScore(share: number): string {
  return ((2 * share) / (1 + share)).toFixed(2);
}

/** Who may choose a fold's threshold? */
export const nameTheChooser = (study: Study): Exercise<string> =>
  exerciseOf(
    {
      title: "name who may choose",
      question: () =>
        `Fold ${foldCount(study)} needs a threshold. Name a patient on whose images it may be chosen.`,
      form: wordAnswer("a patient's code, what stands before the first underscore"),
      hints: [
        "Whoever trained knows the network too well, and whoever tests must not have a say.",
        "There is a third side. In the table above it has a colour of its own.",
      ],
      truth: () => {
        const fold = foldCount(study);
        const side = (name: "train" | "val" | "test"): string[] => patientsOn(study, name, fold);
        return { train: side("train"), validation: side("val"), test: side("test") };
      },
      judge: (answer, { train, validation, test }) => {
        if (validation.includes(answer))
          return {
            right: true,
            words:
              "The network has not learned from this patient, and the patient will not judge it either: only such a one may choose.",
          };
        if (test.includes(answer))
          return {
            right: false,
            words: "A test patient: choosing on the answers before the exam makes the score too high.",
          };
        if (train.includes(answer))
          return {
            right: false,
            words:
              "A training patient: on these the network is surer than on anybody else, and the threshold would not fit new patients.",
          };
        return { right: false, words: "There is no such patient in the lists of this fold." };
      },
      solution: ({ validation }) => `These may: ${validation.join(", ")}, the fold's validation patients.`,
    },
    study,
  );
