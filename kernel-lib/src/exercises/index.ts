/** Exercises that check themselves on the reader's own study. */
export { numberAnswer, numbersAnswer, wordAnswer, type AnswerForm } from "./answerForms.js";
export { exercise, exerciseNames, type ExerciseAnswers, type ExerciseName } from "./catalogue.js";
export type { Exercise, ExercisePlan, ExerciseReply, Judgement } from "./exercise.js";
