import { criterionWords, type Evaluation, type Interval } from "../evaluation/index.js";
import { score } from "./parts.js";

/** The F-score on held-out patients, beside what a predictor reaches that looks at nothing. */
export function headline({ pooled }: Pick<Evaluation, "pooled">): string {
  const { atThreshold, atHalf, allEpithelium, intervals } = pooled;
  const band = between(intervals.atThreshold.fScore);
  return `F-score on held-out patients: ${score(atThreshold.fScore)} at the chosen threshold (${band} with other patients), ${score(atHalf.fScore)} at 0.5, ${score(allEpithelium.fScore)} when everything is called epithelium`;
}

/** An interval in words: `0.812 to 0.874`. */
export function between({ low, high }: Interval): string {
  return `${score(low)} to ${score(high)}`;
}

/** How the thresholds came about, and what it cost that no test patient had a part in that. */
export function thresholdSentence({ thresholds, criterion, bestOnTest }: Evaluation): string {
  const { score: best, atChosen, cost } = bestOnTest.pooled;
  const { choose } = criterion;
  const figure = choose === "f-score" ? "F-score" : choose === "youden" ? "Youden index" : choose;
  const on = thresholds.some(({ origin }) => origin === "inner folds")
    ? "training patients, each mapped by an inner fold's network that has not seen it"
    : "validation patients, who neither train nor test";
  const chosen = thresholds.every(({ origin }) => origin === "given")
    ? "The threshold was fixed beforehand."
    : `Each fold's threshold has the ${criterionWords(criterion)} on ${on}.`;
  if (best === null || cost === null) {
    return `${chosen} On the test patients no threshold reaches that floor in every fold.`;
  }
  return `${chosen} With the best thresholds for the test patients, which nobody could have known, the ${figure} would be ${best.toFixed(3)} rather than ${atChosen.toFixed(3)}: that is the cost of an honest choice, ${cost.toFixed(3)}.`;
}

/** What a reader of intervals should know, where there are few patients. */
export function patientsSentence({ patients, repeats, seed }: Evaluation): string {
  const few = patients.length < 10 ? " So few patients give a rough idea at best." : "";
  return `Intervals hold 95 % of ${repeats} draws of ${patients.length} patients (bootstrap, seed ${seed}).${few}`;
}
