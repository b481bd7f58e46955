import { createSample, makeDatabases, makeFolds, makePatches, openStudy, output, train } from "histobook";

/** A study made of the sample, small: patches, folds, databases, a network trained for 3 iterations in fold 1, its maps. */
export async function sampleStudy(folder: string): Promise<{ mapped: string[] }> {
  const study = openStudy(await createSample(folder));
  await makePatches(study, { perImage: 30 });
  await makeFolds(study);
  await makeDatabases(study);
  await train(study, { fold: 1, iterations: 3, batch: 8 });
  const { images } = await output(study.directory, { fold: 1, stride: 16 });
  return { mapped: images.map(({ name }) => name) };
}
