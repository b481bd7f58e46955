import type { FoldSummaryPayload, PatchesByType } from "./foldSummary.js";

/** The sides of a fold and the digits that stand for them in the payload. */
export const foldSides = { train: 1, validation: 2, test: 4 } as const;

/** A side of a fold. */
export type FoldSide = keyof typeof foldSides;

/** Who stands on a side of a fold, and what patches that gives. */
export interface SideFacts {
  /** By their places in the payload. */
  patients: number[];
  patches: PatchesByType;
  total: number;
  /** The share of epithelium among the patches, [0,1]; null where there is none. */
  epithelium: number | null;
}

/** Counts a side of a fold. */
export function sideFacts({ patients, folds }: FoldSummaryPayload, fold: number, side: FoldSide): SideFacts {
  const { sides } = folds[fold];
  const members = patients.map((_, patient) => patient).filter((patient) => stands(sides, patient, side));
  const patches = { p: 0, e: 0, b: 0 };
  for (const patient of members) {
    for (const type of ["p", "e", "b"] as const) patches[type] += patients[patient].patches[type];
  }
  const total = patches.p + patches.e + patches.b;
  return { patients: members, patches, total, epithelium: total === 0 ? null : patches.p / total };
}

/** The sides on which a patient stands in a fold: one, if all is well. */
export function sidesOf({ folds }: FoldSummaryPayload, fold: number, patient: number): FoldSide[] {
  return (Object.keys(foldSides) as FoldSide[]).filter((side) => stands(folds[fold].sides, patient, side));
}

/** What a split is worth, in plain words. */
export interface FoldVerdict {
  /** No patient stands on two sides of a fold. */
  clean: boolean;
  sentence: string;
  /** Each leak, and each patient that is not tested exactly once. */
  findings: string[];
}

/**
 * Says whether a split is fair: nobody on two sides of a fold (tutorial step 2: "splitting at the image level is
 * unacceptable"), everybody tested once.
 */
export function foldVerdict(payload: FoldSummaryPayload): FoldVerdict {
  const { patients, folds } = payload;
  const leaks = patients.flatMap(({ name }, patient) =>
    folds.flatMap(({ fold }, index) => {
      const sides = sidesOf(payload, index, patient);
      return sides.length > 1 ? [`patient ${name} stands in ${sides.join(" and ")} of fold ${fold}`] : [];
    }),
  );
  const oddlyTested = patients.flatMap(({ name }, patient) => {
    const times = folds.filter(({ sides }) => stands(sides, patient, "test")).length;
    return times === 1 ? [] : [`patient ${name} is tested ${times === 0 ? "never" : `${times} times`}`];
  });
  const clean = leaks.length === 0;
  const often = oddlyTested.length === 0 ? ", and each is tested exactly once" : "";
  const sentence = clean
    ? `No leak: no patient stands on two sides of a fold${often}.`
    : "Leak: a network is tested on patients it has seen, and its score means nothing.";
  return { clean, sentence, findings: [...leaks, ...oddlyTested] };
}

/** The lowest and the highest share of epithelium that a side has in any fold; null where it has no patches. */
export function epitheliumRange(payload: FoldSummaryPayload, side: FoldSide): [number, number] | null {
  const shares = payload.folds.flatMap((_, fold) => sideFacts(payload, fold, side).epithelium ?? []);
  return shares.length === 0 ? null : [Math.min(...shares), Math.max(...shares)];
}

function stands(sides: string, patient: number, side: FoldSide): boolean {
  return (Number(sides[patient]) & foldSides[side]) !== 0;
}
