import { durationWords } from "../payloads/index.js";
import { forecastRun, type PipelineOptions, type RunPlan } from "../pipeline/index.js";
import { openStudy } from "../study/index.js";
import type { Outcome } from "./command.js";

/** `histobook run STUDY --dry-run`: how long a whole run would take here, and what a time budget buys. */
export async function forecastOutcome(directory: string, options: PipelineOptions): Promise<Outcome> {
  const forecast = await forecastRun(openStudy(directory), options);
  const { engine, whole, budgets } = forecast;
  const { preset } = options;
  const wholeOf = preset ?? (options.minutes === undefined ? "standard" : "quick");
  return {
    data: { step: "run", forecast },
    lines: [
      `Engine: ${engine}.`,
      `Here the preset ${wholeOf} (${choices(whole)}) takes ${durationWords(total(whole))}: ${parts(whole)}.`,
      ...budgets.map(
        ({ minutes, plan }) =>
          `--preset ${wholeOf} --minutes ${minutes} buys ${choices(plan)}: ${parts(plan)}.`,
      ),
    ],
  };
}

function choices({ perImage, iterations, stride }: RunPlan): string {
  return `${perImage} positions an image, ${iterations} iterations a fold, stride ${stride}`;
}

function parts({ seconds: { patches, training, maps } }: RunPlan): string {
  const words = [patches, training, maps].map(durationWords);
  return `patches and databases ${words[0]}, training ${words[1]}, maps and evaluation ${words[2]}`;
}

function total({ seconds: { patches, training, maps } }: RunPlan): number {
  return patches + training + maps;
}
