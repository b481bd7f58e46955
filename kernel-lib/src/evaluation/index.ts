/** Maps and masks -> a threshold chosen on validation patients -> figures of the test patients. */
export * from "./public.js";
export { criterionWords } from "./criterion.js";
export { thresholdFiles } from "./binaryPictures.js";
