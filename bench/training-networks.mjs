/** The tutorial's network as the library writes it, for training and for output. */
import { createRequire } from "node:module";
import { fillTemplate } from "histobook";

// Templates are not part of the public API.
const { deployNetTemplate, trainingNetTemplate } = createRequire(import.meta.url)(
  "../kernel-lib/dist/training/templates.js",
);

export const trainingNet = fillTemplate(trainingNetTemplate({ size: 32, batch: 128 }), { kfoldi: 1 });
export const deployNet = deployNetTemplate({ size: 32 });
