import type { PayloadProblem } from "histobook/payloads";
import { element } from "./element.js";

/** How many problems an error box lists: a payload of another kind may have dozens, and the first say enough. */
const listed = 5;

/** A payload that fits its schema and yet cannot be drawn, e.g. a picture of another size than it claims. */
export class PayloadError extends Error {
  constructor(readonly problem: PayloadProblem) {
    super(problemSentence(problem));
    this.name = "PayloadError";
  }
}

/** A problem as "WHERE: found X, expected Y". */
export function problemSentence(problem: PayloadProblem): string {
  return `${problem.where}: found ${problem.found}, expected ${problem.expected}`;
}

/**
 * The sentences of an error box. A payload of another version is told by that alone: its other differences follow
 * from it.
 */
export function errorSentences(cause: unknown): string[] {
  if (!Array.isArray(cause)) {
    return [cause instanceof Error ? cause.message : "the reason is unknown"];
  }
  const problems = cause as readonly PayloadProblem[];
  const version = problems.find((problem) => problem.where === "version");
  if (version !== undefined) {
    return [
      `${problemSentence(version)}; install the jupyterlab-histobook that came with your histobook, or run the cell again`,
    ];
  }
  const sentences = problems.slice(0, listed).map(problemSentence);
  const more = problems.length - listed;
  return more > 0 ? [...sentences, `and ${more} more`] : sentences;
}

/** A box that says as text what was found and expected: `cause` is a list of problems or an error. */
export function errorBox(view: string, cause: unknown): HTMLElement {
  return element("div", { className: "histobook-error", role: "alert" }, [
    element("strong", {}, [`histobook cannot draw this ${view}`]),
    element(
      "ul",
      {},
      errorSentences(cause).map((sentence) => element("li", {}, [sentence])),
    ),
  ]);
}
