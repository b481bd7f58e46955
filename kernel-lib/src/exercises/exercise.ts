import type { Bundle } from "../display/blocks.js";
import { isHistobookError } from "../foundation/index.js";
import type { Study } from "../study/index.js";
import type { AnswerForm } from "./answerForms.js";
import { askPanel, hintPanel, replyPanel } from "./panels.js";

/** What is said of an answer. */
export interface Judgement {
  right: boolean;
  /** Of a wrong answer a sentence that teaches, of a right one a sentence that adds something. */
  words: string;
}

/** What an exercise is made of. The right answer stands nowhere: it is worked out from the reader's own study. */
export interface ExercisePlan<Answer, Truth> {
  title: string;
  /** In whole sentences. */
  question: string | ((study: Study) => string | Promise<string>);
  /** What is looked at for the answer: any of the library's displays. */
  picture?: (study: Study) => Bundle | Promise<Bundle>;
  form: AnswerForm<Answer>;
  /** From the vaguest to the plainest; given one at a time. */
  hints: readonly string[];
  /** Works the answer out, when one is given and not before. */
  truth: (study: Study) => Truth | Promise<Truth>;
  /** Whether an answer is right, and what is said about it. */
  judge: (answer: Answer, truth: Truth) => Judgement;
  /** The answer and why it is so, in whole sentences. */
  solution: (truth: Truth) => string;
}

/** What an answer brings. */
export interface ExerciseReply extends Bundle {
  /** Null when there was no answer, or none that could be read. */
  readonly right: boolean | null;
}

/** A question about the reader's own study, which checks its answer. Everything that it gives is for `display`. */
export interface Exercise<Answer> {
  /** The question, and what is looked at for the answer. */
  ask(): Promise<Bundle>;
  /** Judges an answer; without one it says that there is none yet, so that a notebook runs through. */
  answer(answer?: Answer): Promise<ExerciseReply>;
  /** The next hint, below those before it. */
  hint(): Bundle;
  /** The right answer, and why. */
  reveal(): Promise<Bundle>;
}

/**
 * Makes an exercise of a plan: predict, then find out.
 *
 * A study that can't be asked (a step is missing, there are too few images) is told in one sentence in place of the exercise; a
 * notebook is never stopped by one.
 */
export function exerciseOf<Answer, Truth>(plan: ExercisePlan<Answer, Truth>, study: Study): Exercise<Answer> {
  const { title, form, hints } = plan;
  let given = 0;
  const reply = (right: boolean | null, words: string, after = ""): ExerciseReply =>
    Object.defineProperty(replyPanel({ title, right, words, after }), "right", {
      value: right,
    }) as ExerciseReply;
  const orWhy = async (work: () => Promise<ExerciseReply>): Promise<ExerciseReply> => {
    try {
      return await work();
    } catch (error) {
      if (!isHistobookError(error) || error.code === "Interrupted") throw error;
      return reply(null, `This exercise can't be done yet. ${error.message}`);
    }
  };
  return {
    ask: () =>
      orWhy(async () => {
        const { question, picture } = plan;
        const words = typeof question === "string" ? question : await question(study);
        const shown = await picture?.(study);
        return Object.defineProperty(
          askPanel({ title, question: words, shown, form: form.words, hints: hints.length }),
          "right",
          { value: null },
        ) as ExerciseReply;
      }),
    answer: (answer) =>
      orWhy(async () => {
        if (answer === undefined || answer === null)
          return reply(null, `Not answered yet. An answer is ${form.words}.`);
        const read = form.read(answer);
        if (read === undefined)
          return reply(null, `That can't be read as an answer. An answer is ${form.words}.`);
        const { right, words } = plan.judge(read, await plan.truth(study));
        const left = hints.length - given;
        const after = left > 0 ? "Try again, or take a .hint()." : "Try again, or ask for .reveal().";
        return reply(right, words, right ? "" : after);
      }),
    hint() {
      given = Math.min(given + 1, hints.length);
      return hintPanel({ title, hints: hints.slice(0, given), left: hints.length - given });
    },
    reveal: () => orWhy(async () => reply(null, plan.solution(await plan.truth(study)))),
  };
}
