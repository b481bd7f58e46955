import type { Command } from "commander";
import { exportFormats, exportModel, type ExportOptions } from "../export/index.js";
import { newCommand, perform, toNumber } from "./command.js";

/** `histobook export MODEL --to onnx --out FILE` */
export function exportCommand(): Command {
  return newCommand("export", "write a .caffemodel as an ONNX file or a TensorFlow.js folder")
    .argument("<model>", "a .caffemodel; in a study's models/ it finds the other files itself")
    .requiredOption("--to <format>", exportFormats.join(", "))
    .requiredOption("--out <path>", "the .onnx file, or the folder for TensorFlow.js")
    .option("--net <file>", "a deploy.prototxt (the one beside the model, else the tutorial's)")
    .option("--mean <file>", "a mean image, .binaryproto (the fold's)")
    .option("--no-mean", "the model was trained without a mean image")
    .option("--scale <factor>", "working pixels per pixel of the training images (the study's)", toNumber)
    .action((model: string, options: ExportOptions & { json?: boolean }) =>
      perform(options, (run) => {
        const result = exportModel(model, options);
        if (result.scale === null) {
          run.report({
            event: "warning",
            step: "export",
            message: "the model's scale is not known, and so the file does not say it; --scale names it.",
          });
        }
        const notes = Object.entries(result.notes).map(([name, value]) => `  ${name}: ${value}`);
        return Promise.resolve({
          data: { step: "export", ...result },
          lines: [`${result.out} written; it says of itself:`, ...notes],
        });
      }),
    );
}
