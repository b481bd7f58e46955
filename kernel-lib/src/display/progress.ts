import { randomUUID } from "node:crypto";
import type { ProgressEvent, StepEvent } from "../foundation/index.js";
import { bundle, type Bundle } from "./bundle.js";
import { displayInPlace } from "./display.js";
import { html, type Html } from "./html.js";
import { count, note } from "./parts.js";

/** Milliseconds between two pictures of one step: enough to see it move, too few to fill a notebook. */
const pause = 250;
/** The same for lines of text, which stay. */
const linePause = 5000;

/**
 * Shows how far the steps have come while a cell runs: a bar a step, in place; outside of a notebook a line now and
 * then. Make one in each cell.
 *
 * @returns what the steps take as `report`
 * @example
 * const study = openStudy(await createSample("study"));
 * await makePatches(study, { perImage: 10, report: progressDisplay() });
 */
export function progressDisplay(): (event: StepEvent) => void {
  const show = displayInPlace(`histobook-progress-${randomUUID()}`);
  const steps = new Map<string, ProgressEvent>();
  const warnings = new Set<string>();
  let last = { step: "", at: 0 };
  return (event) => {
    if (event.event === "progress") {
      steps.set(event.step, event);
      const now = Date.now();
      const recent = event.step === last.step && now - last.at < (show ? pause : linePause);
      if (recent && event.done < event.total) return;
      last = { step: event.step, at: now };
    } else {
      warnings.add(event.message);
    }
    if (show) show(progressBundle([...steps.values()], [...warnings]));
    else
      process.stdout.write(
        `${event.event === "progress" ? progressLine(event) : `Note: ${event.message}`}\n`,
      );
  };
}

/**
 * The state of some steps as a bundle.
 *
 * @param warnings sentences
 */
export function progressBundle(steps: readonly ProgressEvent[], warnings: readonly string[] = []): Bundle {
  const lines = [...steps.map(progressLine), ...warnings.map((warning) => `Note: ${warning}`)];
  return bundle({
    html: html`${steps.map(progressBar)}${warnings.map((warning) => note(warning))}`,
    text: lines.join("\n"),
  });
}

function progressLine({ step, done, total, unit, detail }: ProgressEvent): string {
  const words = detail === undefined || detail === "" ? "" : ` (${detail})`;
  return `${step}: ${count(done)} of ${count(total)} ${unit}${words}`;
}

function progressBar(event: ProgressEvent): Html {
  const percent = event.total === 0 ? 100 : Math.round((100 * event.done) / event.total);
  return html`<div style="font-size:13px;margin:2px 0">
    <div
      style="display:inline-block;width:160px;height:10px;border:1px solid #888;border-radius:3px;margin-right:8px"
    >
      <div style="width:${percent}%;height:10px;background-color:#0072b2"></div>
    </div>
    ${progressLine(event)}
  </div>`;
}
