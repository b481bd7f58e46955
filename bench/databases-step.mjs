/**
 * One database or one mean image in a process of its own, as a user's script has it:
 * `node databases-step.mjs convert FOLDER LIST DATABASE` or `node databases-step.mjs mean DATABASE FILE`.
 */
import { convertImages, meanOfDatabase, writeMeanImage } from "histobook";

const [step, ...paths] = process.argv.slice(2);
if (step === "convert") await convertImages(...paths, { shuffle: true });
else writeMeanImage(paths[1], await meanOfDatabase(paths[0]));
