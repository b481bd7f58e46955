import { checkPayload, type EvaluationPayload } from "histobook/payloads";
import { PlotlyChart } from "../charts/plotly-chart.js";
import type { ViewContext } from "../context.js";
import { element } from "../element.js";
import { errorBox } from "../error-box.js";
import { addConfusions, confusionMatrix, type Confusion } from "../evaluation/confusion.js";
import { figureTable, foldTable } from "../evaluation/figure-table.js";
import { boundaryFigure, calibrationFigure, chartHeight, curveFigure } from "../evaluation/figures.js";
import { score } from "../evaluation/score.js";
import { noLine } from "../live/no-line.js";
import { percent } from "../percent.js";
import { grid, type GridCell } from "../tables/grid.js";
import { table } from "../tables/table.js";
import { thousands } from "../thousands.js";
import type { Drawing, View } from "../view.js";

type Scores = EvaluationPayload["pooled"];
type Patient = EvaluationPayload["patients"][number];

/** The three predictors that are compared; the signs tell them apart without colour. */
const predictors = [
  { key: "atThreshold", sign: "●" },
  { key: "atHalf", sign: "▲" },
  { key: "allEpithelium", sign: "✕" },
] as const satisfies { key: keyof Scores; sign: string }[];

/** The `evaluation` view: how well held-out patients were segmented, each of them and over all. */
export const evaluationView: View<EvaluationPayload> = {
  draw(host, payload, context): Promise<Drawing<EvaluationPayload>> {
    const { translation } = context;
    const { figures, folds, boundary } = payload;
    const chart = (
      label: string,
      figure: ConstructorParameters<typeof PlotlyChart>[0]["figure"],
    ): PlotlyChart => new PlotlyChart({ view: "evaluation", label, height: () => chartHeight, figure });
    const charts: [title: string, chart: PlotlyChart][] = [
      [
        translation.__(
          "F-score at each threshold (band: 95 % of %1 draws of patients; dotted: chosen)",
          thousands(payload.repeats),
        ),
        chart(
          translation.__(
            "F-score over all patients at each threshold, with the band in which it lies when patients are drawn again",
          ),
          (surroundings) => curveFigure(payload, surroundings),
        ),
      ],
      [
        translation.__("Reliability (dotted: as much as was said; bars: share of pixels)"),
        chart(translation.__("Share of epithelium among the pixels of each probability"), (surroundings) =>
          calibrationFigure(payload, surroundings),
        ),
      ],
    ];
    if (boundary) {
      charts.push([
        translation.__("Boundary F-score: outlines that meet exactly, and within 1 to 3 pixels"),
        chart(translation.__("Boundary F-score at 0 to 3 pixels, with its band"), (surroundings) =>
          boundaryFigure(boundary, surroundings),
        ),
      ]);
    }
    const maps = worstImages(payload, context);
    host.className = "histobook-evaluation";
    host.append(
      header(payload, context),
      patientsAndMatrix(payload, context),
      element("div", { className: "histobook-evaluation-patients" }, [
        ...(figures ? [figureTable(figures, context)] : []),
        ...(folds ? [foldTable(folds, context)] : []),
      ]),
      element(
        "div",
        { className: "histobook-evaluation-charts" },
        charts.map(([title, { node }]) => element("figure", {}, [element("figcaption", {}, [title]), node])),
      ),
      maps.node,
      ...payload.notes.map((note) => element("p", { className: "histobook-note" }, [note])),
    );
    return Promise.resolve({
      dispose: () => {
        charts.forEach(([, one]) => one.dispose());
        maps.dispose();
      },
    });
  },
};

function header({ pooled, band, averaged }: EvaluationPayload, { translation }: ViewContext): HTMLElement {
  const words = {
    atThreshold: translation.__("at the chosen threshold"),
    atHalf: translation.__("at 0.5"),
    allEpithelium: translation.__("everything called epithelium"),
  };
  return element("div", {}, [
    element("div", { className: "histobook-header" }, [
      element("strong", {}, [translation.__("F-score on held-out patients: %1", score(pooled.atThreshold))]),
      element("span", {}, [
        translation.__("%1 to %2 with other patients (95 %)", score(band.low), score(band.high)),
      ]),
    ]),
    table(
      [translation.__("predictor"), translation.__("all pixels"), translation.__("mean of patients")],
      predictors.map(({ key, sign }) => [
        [signElement(key, sign), ` ${words[key]}`],
        score(pooled[key]),
        score(averaged[key]),
      ]),
    ),
  ]);
}

function signElement(key: keyof Scores, sign: string): HTMLElement {
  const made = element("span", { className: "histobook-predictor", ariaHidden: "true" }, [sign]);
  made.dataset.predictor = key;
  return made;
}

/** Each patient's scores on a line from 0 to 1; the matrix is of the patient under the pointer or the focus. */
function patientsAndMatrix(payload: EvaluationPayload, context: ViewContext): HTMLElement {
  const { translation } = context;
  const patients = [...payload.patients].sort(
    (a, b) => (a.scores.atThreshold ?? 2) - (b.scores.atThreshold ?? 2),
  );
  const matrix = element("div", { className: "histobook-confusion", role: "status" });
  const showMatrix = (title: string, counts: Confusion): void =>
    matrix.replaceChildren(element("strong", {}, [title]), confusionTable(counts, context));
  const showAll = (): void =>
    showMatrix(
      translation.__("All patients, at the chosen thresholds"),
      addConfusions(payload.patients.map(({ counts }) => counts)),
    );
  showAll();
  const strip = grid({
    label: translation.__("F-score of each patient"),
    rows: [
      [
        translation.__("patient"),
        translation.__("fold"),
        translation.__("threshold"),
        translation.__("F-score"),
        translation.__("0 to 1"),
      ].map((text): GridCell => ({ text, heading: "col" })),
      ...patients.map(({ name, fold, threshold, scores }): GridCell[] => [
        { text: name, heading: "row" },
        { text: String(fold) },
        { text: threshold.toFixed(2) },
        { text: score(scores.atThreshold) },
        {
          text: "",
          content: stripOf(scores),
          label: translation.__(
            "%1 at the threshold, %2 at 0.5, %3 if everything is epithelium",
            ...predictors.map(({ key }) => score(scores[key])),
          ),
        },
      ]),
    ],
    onPlace: ({ row }) => {
      const patient: Patient | undefined = patients[row - 1];
      if (patient === undefined) showAll();
      else
        showMatrix(
          translation.__("Patient %1, threshold %2", patient.name, patient.threshold.toFixed(2)),
          patient.counts,
        );
    },
  });
  return element("div", { className: "histobook-evaluation-patients" }, [strip, matrix]);
}

function stripOf(scores: Scores): HTMLElement {
  const marks = predictors.flatMap(({ key, sign }) => {
    const value = scores[key];
    if (value === null) return [];
    const mark = signElement(key, sign);
    mark.style.left = `${100 * value}%`;
    return [mark];
  });
  return element("div", { className: "histobook-strip" }, marks);
}

function confusionTable(counts: Confusion, { translation }: ViewContext): HTMLElement {
  const [epithelium, other] = confusionMatrix(counts).map((row) =>
    row.map(({ words, right, pixels, share }) => {
      const cell = element("div", { className: "histobook-confusion-cell" }, [
        element("span", {}, [share === null ? "–" : percent(share)]),
        element("span", {}, [`${words}, ${thousands(pixels)}`]),
      ]);
      cell.dataset.right = String(right);
      cell.style.setProperty("--histobook-share", `${Math.round(100 * (share ?? 0))}%`);
      return [cell];
    }),
  );
  return table(
    [translation.__("in truth"), translation.__("called epithelium"), translation.__("called other")],
    [
      [translation.__("is epithelium"), ...epithelium],
      [translation.__("is other"), ...other],
    ],
  );
}

/** The images that went worst; each shows its map below, which the kernel sends when it is asked. */
function worstImages(
  { worst }: EvaluationPayload,
  context: ViewContext,
): { node: HTMLElement; dispose: () => void } {
  const { line, translation } = context;
  const said = element("p", { className: "histobook-said", role: "status" });
  const place = element("div");
  let drawing: Drawing<never> | undefined;
  const show = async (name: string, fold: number): Promise<void> => {
    const obstacle = line.obstacle();
    if (obstacle !== null) {
      said.textContent = translation.__("%1 In a cell: showMap(study, %2)", obstacle, JSON.stringify(name));
      return;
    }
    said.textContent = translation.__("Asking the kernel for the map of %1", name);
    const { body } = await line.call("map", { name, fold });
    const check = checkPayload("probability-map", body);
    const host = element("div");
    drawing?.dispose();
    drawing = undefined;
    if (check.ok) {
      const { probabilityMapView } = await import("./probability-map.js");
      drawing = await probabilityMapView.draw(host, check.payload, {
        ...context,
        line: noLine,
      });
    } else {
      host.append(errorBox("probability-map", check.problems));
    }
    place.replaceChildren(host);
    said.textContent = translation.__("The map of %1:", name);
  };
  const rows = worst.map(({ name, patient, fold, fScore }) => {
    const button = element("button", { type: "button", className: "histobook-button" }, [
      translation.__("Show its map"),
    ]);
    button.ariaLabel = translation.__("Show the map of %1", name);
    button.addEventListener("click", () => {
      show(name, fold).catch((error: unknown) => {
        said.textContent = error instanceof Error ? error.message : String(error);
      });
    });
    return [name, patient, String(fold), score(fScore), [button]];
  });
  return {
    node: element("div", {}, [
      element("strong", {}, [translation.__("The images that went worst")]),
      table(
        [
          translation.__("image"),
          translation.__("patient"),
          translation.__("fold"),
          translation.__("F-score"),
          translation.__("map"),
        ],
        rows,
      ),
      said,
      place,
    ]),
    dispose: () => drawing?.dispose(),
  };
}
