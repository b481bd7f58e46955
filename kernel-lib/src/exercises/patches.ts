/** The exercises of 1-patch-extraction. */
import { readImageRecord } from "../patches/index.js";
import { readManifest, readMask, type Study } from "../study/index.js";
import { numberAnswer, wordAnswer } from "./answerForms.js";
import { drawPatches } from "./drawnPatches.js";
import { exerciseOf, type Exercise } from "./exercise.js";
import { epitheliumShare, maskedCases, missing, wholePercent } from "./study.js";

/** Percentage points within which a guess is good. */
const tolerance = 12;

/** How much of all the images is epithelium, beside the patches' balance? */
export const guessTheBalance = (study: Study): Exercise<number> =>
  exerciseOf(
    {
      title: "guess the class balance",
      question:
        "Step 1 decides how many patches are epithelium; nobody decides how many pixels are. Over all images of your study: how many percent of the pixels lie within an outline?",
      form: numberAnswer("a percentage from 0 to 100", { minimum: 0, maximum: 100 }),
      hints: [
        "Look at the images of notebook 0 again, all of them: is there more gland or more of the rest?",
        "It is nearer to what the images show than to what the patches' table says.",
      ],
      truth: async () => {
        const { patches } = readManifest(study.directory);
        if (!patches)
          throw missing(study.directory, "no patches", "those of step 1", "makePatches(study, …)");
        let [epithelium, all] = [0, 0];
        for (const { positions } of Object.values(patches.images)) {
          epithelium += positions.p;
          all += positions.p + positions.e + positions.b;
        }
        return { pixels: await epitheliumShare(maskedCases(study)), patches: epithelium / all };
      },
      judge: (answer, { pixels, patches }) => {
        const difference = answer - 100 * pixels;
        if (Math.abs(difference) <= tolerance)
          return {
            right: true,
            words: `${wholePercent(pixels)} of the pixels, but ${wholePercent(patches)} of the patches. A network that was raised on the patches' balance can be wrong about whole images at the threshold 0.5; notebook 5 deals with that.`,
          };
        const side = difference < 0 ? "It is more." : "It is less.";
        return {
          right: false,
          words: `${side} ${Math.abs(answer - 100 * patches) <= tolerance ? "You have named the patches' balance, which is made; that of the pixels is found." : "Glands are drawn with their holes, and stroma fills what is left."}`,
        };
      },
      solution: ({ pixels, patches }) =>
        `The outlines hold ${wholePercent(pixels)} of all pixels, while ${wholePercent(patches)} of the patches are of class 1: step 1 draws each type in a proportion that it is told.`,
    },
    study,
  );

/** How much epithelium does a window at the edge hold? */
export const lookIntoTheRing = (study: Study): Exercise<number> =>
  exerciseOf(
    {
      title: "look into the ring",
      question:
        "The edge patches (e) are cut in the ring just outside of the outline, and their answer is “no”. How many percent of an average edge patch's pixels are epithelium all the same?",
      form: numberAnswer("a percentage from 0 to 100", { minimum: 0, maximum: 100 }),
      hints: [
        "The middle of the patch lies one or two pixels outside of the outline; the patch reaches 16 pixels to each side.",
        "If the outline were a straight line, how much of the square would lie beyond it?",
        "Outlines bend, now towards the ring and now away from it. On average that changes little.",
      ],
      truth: () => ringShare(study),
      judge: (answer, share) => {
        if (Math.abs(answer - 100 * share) <= tolerance)
          return {
            right: true,
            words: `It is ${wholePercent(share)}. To these patches only the few pixels in the middle say “no”: that is how the network learns where a gland ends.`,
          };
        return {
          right: false,
          words:
            answer < 100 * share
              ? "It is more: the class is that of the middle alone, and a gland begins two pixels further on."
              : "It is less: a good part of the window lies on the outer side of the outline.",
        };
      },
      solution: (share) =>
        `On average ${wholePercent(share)} of an edge patch is epithelium, counted at all edge positions of your study.`,
    },
    study,
  );

/** The mean share of epithelium in the windows round all edge positions, [0,1]. */
async function ringShare(study: Study): Promise<number> {
  const { patches } = readManifest(study.directory);
  if (!patches) throw missing(study.directory, "no patches", "those of step 1", "makePatches(study, …)");
  const { scale, size, maskRule } = patches.parameters;
  let [sum, count] = [0, 0];
  for (const { name, maskPath } of maskedCases(study)) {
    const positions = readImageRecord(study.directory, name)?.positions.e ?? [];
    const { data, width, height } = await readMask(maskPath, scale, { rule: maskRule });
    for (const position of positions) {
      sum += windowShare(data, width, height, position, size);
      count++;
    }
  }
  if (count === 0) throw missing(study.directory, "no edge patches", "some", "makePatches(study, …)");
  return sum / count;
}

/** How much of the window round a pixel is marked, [0,1]; what lies outside of the image is left out. */
export function windowShare(
  mask: Uint8Array,
  width: number,
  height: number,
  position: number,
  size: number,
): number {
  const [row, column] = [Math.floor(position / width), position % width];
  const [top, left] = [Math.max(0, row - size / 2), Math.max(0, column - size / 2)];
  const [bottom, right] = [Math.min(height, row + size / 2), Math.min(width, column + size / 2)];
  let marked = 0;
  for (let y = top; y < bottom; y++) for (let x = left; x < right; x++) marked += mask[y * width + x];
  return marked / ((bottom - top) * (right - left));
}

/** From which image was a patch cut? */
export const readAName = (study: Study): Exercise<string> => {
  const patch = () => drawPatches(study, 3, "read a patch's name")[2];
  return exerciseOf(
    {
      title: "read a patch's name",
      question: () =>
        `One of the files in subs/ is called ${patch().file}. From which image of your study was it cut?`,
      form: wordAnswer('an image\'s name without its ending, e.g. "8918_00007"'),
      hints: [
        "patient_image_class_type_number_rotation: the first two parts say it.",
        "The second part counts the patient's images from 1, in the order of their file names; it is not a part of the file's name.",
      ],
      truth: () => ({ patch: patch(), study }),
      judge: (answer, truth) => {
        const { image, rotation, type } = truth.patch;
        const named = answer.replace(/\.(tif|png|jpe?g)$/i, "");
        if (named === image.name)
          return {
            right: true,
            words: `It is the patient's image number ${image.imageNumber}. The name says the rest, too: type ${type}, turned by ${rotation} degrees. No list is needed to know what a patch is.`,
          };
        const given = truth.study.cases.find(({ name }) => name === named);
        if (!given) return { right: false, words: "There is no image of that name in images/." };
        return {
          right: false,
          words:
            given.patient === image.patient
              ? `The patient is right. The patch's name says image ${image.imageNumber}, counted in the order of the patient's files.`
              : "That is another patient: what stands before the first underscore must agree.",
        };
      },
      solution: (truth) => `${truth.patch.file} was cut from ${truth.patch.image.name}.`,
    },
    study,
  );
};
