/**
 * histobook: deep-learning epithelium segmentation on H&E images in five steps, after Janowczyk and Madabhushi's
 * tutorial (J Pathol Inform 2016;7:29, use case 2).
 *
 * ```ts
 * import { createSample, openStudy, makePatches, makeFolds, makeDatabases, train, output, evaluate } from "histobook";
 *
 * const study = openStudy(await createSample("study"));
 * await makePatches(study, { perImage: 150 });    // step 1: subs/*.png
 * await makeFolds(study);                         // step 2: train_w32_1.txt ...
 * await makeDatabases(study);                     // step 3: DB_train_1 ...
 * await train(study, { iterations: 300 });        // step 4: models/*.caffemodel
 * await output(study.directory, { stride: 4 });   // step 5: out/1/*_prob.png
 * const { pooled } = await evaluate(study);       // F-score on held-out patients
 * ```
 */
export * from "./foundation/public.js";
export * from "./study/public.js";
export * from "./fetch/index.js";
export * from "./import/index.js";
export * from "./patches/index.js";
export * from "./folds/index.js";
export * from "./databases/index.js";
export * from "./caffe/index.js";
export * from "./engine/index.js";
export * from "./models/public.js";
export * from "./cluster/public.js";
export * from "./recording/public.js";
export * from "./training/public.js";
export * from "./output/public.js";
export * from "./evaluation/public.js";
export * from "./export/index.js";
export * from "./pipeline/index.js";
export * from "./inspect/index.js";
export * from "./display/index.js";
export * from "./exercises/index.js";
export * from "./kernel/public.js";
export { version } from "./version.js";
