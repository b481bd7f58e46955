import type { LearningRateSearch } from "../training/index.js";
import { bundle, type Bundle } from "./bundle.js";
import { plotSvg } from "./plot.js";

/**
 * Shows how the loss went while the learning rate rose, and the rate that `findLearningRate` suggests.
 *
 * @example
 * const { data } = await showLearningRates(await findLearningRate(study, { batch: 8 }));
 * String(data["text/plain"]).startsWith("Learning rate: "); // => true
 */
export async function showLearningRates(search: LearningRateSearch): Promise<Bundle> {
  const { rates, losses, smoothed, suggested, batch, fold, engine } = search;
  const points = (values: readonly number[]): { rate: number; loss: number }[] =>
    values.map((loss, i) => ({ rate: rates[i], loss }));
  const heading = `Learning rate: ${suggested} is suggested, where the loss falls fastest`;
  const words = `fold ${fold}, ${rates.length} iterations of ${batch} patches, by ${engine}`;
  const channels = { x: "rate", y: "loss" };
  const svg = await plotSvg(
    (plot) => [
      {
        width: 640,
        height: 260,
        marginLeft: 60,
        x: { label: "learning rate", type: "log" },
        y: { label: "loss (thin: one training batch, thick: smoothed)", grid: true },
        marks: [
          plot.line(points(losses), { ...channels, stroke: "#0072b2", strokeOpacity: 0.35 }),
          plot.line(points(smoothed), { ...channels, stroke: "#0072b2", strokeWidth: 2 }),
          plot.ruleX([suggested], { stroke: "#d55e00", strokeDasharray: "4 3" }),
        ],
      },
    ],
    [heading, words],
  );
  return bundle({ svg, text: `${heading}\n  ${words}` });
}
