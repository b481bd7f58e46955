import { durationWords, testWords, type TrainingCurvePayload } from "histobook/payloads";
import type { Translation } from "../context.js";
import { choice } from "../controls/choice.js";
import { sendButton } from "../controls/send-button.js";
import { toggle } from "../controls/toggle.js";
import { CurveChart } from "../curve/chart.js";
import { runLook, type CurveLook } from "../curve/figure.js";
import { curvePanels } from "../curve/panels.js";
import { readOut, valueAt } from "../curve/read-out.js";
import { element } from "../element.js";
import { scrollable } from "../tables/scrollable.js";
import { table } from "../tables/table.js";
import { thousands } from "../thousands.js";
import type { Drawing, View } from "../view.js";

/** The `training-curve` view: loss, accuracy, learning rate and speed of some runs, while they run and afterwards. */
export const trainingCurveView: View<TrainingCurvePayload> = {
  draw(host, payload, { line, translation }): Promise<Drawing<TrainingCurvePayload>> {
    let current = payload;
    const hidden = new Set<number>();
    const look: CurveLook & { hidden: Set<number> } = { logarithmic: false, hidden, marked: null };
    const hint = translation.__(
      "Point at a curve, or focus the charts and use the arrow keys, to read values.",
    );
    const probe = element("p", { className: "histobook-probe", ariaLive: "polite" }, [hint]);
    const chart = new CurveChart(payload, look, {
      label: translation.__("Curves of the training: loss, accuracy, learning rate, speed"),
      onMark: (iteration) => {
        probe.textContent =
          iteration === null ? hint : readOut(current, curvePanels(current), hidden, iteration);
      },
    });
    const progress = progressLine(translation);
    const stop = sendButton({
      label: translation.__("Stop training"),
      line,
      send: async () => {
        await line.call("stop", null);
        return translation.__("It stops after this iteration; a snapshot is kept.");
      },
    });
    const runs = runToggles(hidden, () => chart.repaint(), translation);
    const engine = element("span");
    const notes = element("div");
    const numbers = element("div");
    const show = (shown: TrainingCurvePayload, saved: boolean): void => {
      current = shown;
      engine.textContent = shown.engine ?? "";
      progress.show(shown, saved);
      stop.hidden = shown.state !== "running";
      runs.show(shown);
      notes.replaceChildren(
        ...shown.notes.map((note) => element("p", { className: "histobook-note" }, [note])),
      );
      numbers.replaceChildren(numbersTable(shown, translation));
    };
    show(payload, payload.state === "running");
    host.className = "histobook-curve";
    host.append(
      element("div", { className: "histobook-header" }, [
        element("strong", {}, [translation.__("Training")]),
        engine,
      ]),
      element("div", { className: "histobook-curve-bar" }, [progress.node, stop]),
      element("div", { className: "histobook-curve-bar" }, [
        choice({
          name: "loss-axis",
          label: translation.__("Loss axis"),
          value: "linear",
          choices: [
            { value: "linear", label: translation.__("Linear") },
            { value: "log", label: translation.__("Logarithmic") },
          ],
          onChange: (value) => {
            look.logarithmic = value === "log";
            chart.repaint();
          },
        }),
        runs.node,
      ]),
      chart.node,
      probe,
      notes,
      element("details", {}, [
        element("summary", {}, [translation.__("The last numbers")]),
        scrollable(translation.__("The last numbers"), numbers),
      ]),
    );
    return Promise.resolve({
      update(shown) {
        show(shown, false);
        chart.update(shown);
        return true;
      },
      dispose: () => chart.dispose(),
    });
  },
};

/** What the training does now: one sentence, read out when it changes, and a bar. */
function progressLine(translation: Translation): {
  node: HTMLElement;
  show: (payload: TrainingCurvePayload, saved: boolean) => void;
} {
  const state = element("p", { className: "histobook-curve-state", role: "status" });
  const bar = element("progress", { ariaLabel: translation.__("Iterations done") });
  const where = element("p", { className: "histobook-curve-where" });
  const words = {
    running: translation.__("Running"),
    partial: translation.__("Not at its end yet"),
    finished: translation.__("✓ Finished"),
    stopped: translation.__("■ Stopped"),
    failed: translation.__("✕ Failed"),
  };
  return {
    node: element("div", { className: "histobook-curve-progress" }, [
      element("div", { className: "histobook-curve-now" }, [state, bar]),
      where,
    ]),
    show(payload, saved) {
      const { runs, planned, secondsLeft } = payload;
      const total = planned * Math.max(0, ...runs.map(({ iterations }) => iterations));
      const done = runs.reduce((sum, run) => sum + run.done, 0);
      const ended = runs.filter((run) => run.done >= run.iterations).length;
      const sentence = saved ? translation.__("Running when this was saved") : words[payload.state];
      if (state.textContent !== sentence) state.textContent = sentence;
      state.dataset.state = payload.state;
      bar.max = Math.max(1, total);
      bar.value = done;
      const [{ snapshot }] = runs.length > 0 ? runs : [{ snapshot: null }];
      where.textContent = [
        ...(planned > 1 ? [translation.__("%1 of %2 runs done", ended, planned)] : []),
        translation.__("iteration %1 of %2", thousands(done), thousands(total)),
        ...(secondsLeft !== null && !saved
          ? [translation.__("about %1 left", durationWords(secondsLeft))]
          : []),
        ...(planned === 1 && snapshot && payload.state !== "running"
          ? [translation.__("snapshot %1", snapshot.file)]
          : []),
      ].join(" · ");
    },
  };
}

/** A check box for each run, made as the runs begin. */
function runToggles(
  hidden: Set<number>,
  onChange: () => void,
  translation: Translation,
): { node: HTMLElement; show: (payload: TrainingCurvePayload) => void } {
  const node = element("div", {
    className: "histobook-curve-runs",
    role: "group",
    ariaLabel: translation.__("Runs that are drawn"),
  });
  return {
    node,
    show({ runs }) {
      for (let run = node.childElementCount; run < runs.length; run++) {
        const { colour, letter } = runLook(run);
        const box = toggle({
          name: `run-${run}`,
          label: runs[run].name,
          value: true,
          available: true,
          onChange: (drawn) => {
            if (drawn) hidden.delete(run);
            else hidden.add(run);
            onChange();
          },
        });
        const sign = element("span", { ariaHidden: "true" }, [letter]);
        sign.style.color = colour;
        box.insertBefore(sign, box.lastChild);
        node.append(box);
      }
    },
  };
}

function numbersTable({ runs }: TrainingCurvePayload, translation: Translation): HTMLElement {
  const outputs = [...new Set(runs.flatMap(({ tests }) => tests.map(({ output }) => output)))];
  const head = [
    translation.__("run"),
    translation.__("iterations"),
    translation.__("loss"),
    ...outputs.map((output) => testWords(output).name),
    translation.__("newest snapshot"),
  ];
  const number = (value: number | null): string =>
    value === null ? "–" : String(Number(value.toPrecision(4)));
  return table(
    head,
    runs.map(({ name, done, iterations, loss, tests, snapshot }) => [
      name,
      `${thousands(done)} / ${thousands(iterations)}`,
      number(valueAt(loss, Infinity)),
      ...outputs.map((output) => {
        const test = tests.find((one) => one.output === output);
        return number(test ? valueAt(test.series, Infinity) : null);
      }),
      snapshot?.file ?? "–",
    ]),
  );
}
