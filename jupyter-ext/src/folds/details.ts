import { sideFacts, sidesOf, type FoldSide, type FoldSummaryPayload } from "histobook/payloads";
import { percent } from "../percent.js";
import { thousands } from "../thousands.js";

/** What is told about a part of the table: a heading and sentences. */
export interface Details {
  heading: string;
  sentences: string[];
}

const sides = ["train", "validation", "test"] as const satisfies readonly FoldSide[];

/** How a side is told of somebody who stands on it. */
const roles: { [side in FoldSide]: string } = {
  train: "trains the network",
  validation: "helps to choose the threshold",
  test: "is tested",
};

/** What a fold's column says: who stands on which side, and what patches that gives. */
export function foldDetails(payload: FoldSummaryPayload, fold: number): Details {
  return {
    heading: `Fold ${payload.folds[fold].fold}`,
    sentences: sides.flatMap((side) => {
      const { patients, patches, total, epithelium } = sideFacts(payload, fold, side);
      if (patients.length === 0) return [];
      const share = epithelium === null ? "" : `, ${percent(epithelium)} epithelium`;
      const counts = `${thousands(total)} patches (${thousands(patches.p)} p, ${thousands(patches.e)} e, ${thousands(patches.b)} b${share})`;
      const people = `${patients.length} ${patients.length === 1 ? "patient" : "patients"}`;
      return [`${side}, ${people}, ${counts}: ${namesOf(payload, patients)}`];
    }),
  };
}

/** What a patient's row says: what there is of them, and where they stand in each fold. */
export function patientDetails(payload: FoldSummaryPayload, patient: number): Details {
  const { name, images, patches } = payload.patients[patient];
  const total = patches.p + patches.e + patches.b;
  const places = sides.flatMap((side) => {
    const numbers = payload.folds
      .filter((_, fold) => sidesOf(payload, fold, patient).includes(side))
      .map(({ fold }) => fold);
    return numbers.length === 0
      ? []
      : [`${roles[side]} in ${numbers.length === 1 ? "fold" : "folds"} ${numbers.join(", ")}`];
  });
  return {
    heading: `Patient ${name}`,
    sentences: [
      `${images} ${images === 1 ? "image" : "images"}, ${thousands(total)} patches (${thousands(patches.p)} p, ${thousands(patches.e)} e, ${thousands(patches.b)} b)`,
      places.length === 0 ? "stands in no fold" : places.join("; "),
    ],
  };
}

/** What a cell says: where a patient stands in a fold, and with whom. */
export function cellDetails(payload: FoldSummaryPayload, patient: number, fold: number): Details {
  const { name } = payload.patients[patient];
  const standing = sidesOf(payload, fold, patient);
  const leak = standing.length > 1 ? ["A leak: this patient stands on two sides of one fold."] : [];
  return {
    heading: `Patient ${name} in fold ${payload.folds[fold].fold}`,
    sentences: [
      standing.length === 0 ? "has no part in this fold" : standing.map((side) => roles[side]).join(" and "),
      ...leak,
      ...standing.map((side) => {
        const others = sideFacts(payload, fold, side).patients.filter((other) => other !== patient);
        return others.length === 0 ? `alone in ${side}` : `${side} with ${namesOf(payload, others)}`;
      }),
    ],
  };
}

/** More names than this are counted. */
const mostNames = 60;

function namesOf({ patients }: FoldSummaryPayload, of: readonly number[]): string {
  const names = of.slice(0, mostNames).map((patient) => patients[patient].name);
  const more = of.length - names.length;
  return names.join(", ") + (more > 0 ? ` and ${more} more` : "");
}
