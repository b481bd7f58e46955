import type { AnyViewLoader } from "../view.js";

/** All views, in the order of their names. A new view is one file and one line here. */
export const viewLoaders: readonly AnyViewLoader[] = [
  { name: "cases", load: async () => (await import("./cases.js")).casesView },
  {
    name: "database-summary",
    load: async () => (await import("./database-summary.js")).databaseSummaryView,
  },
  {
    name: "evaluation",
    load: async () => (await import("./evaluation.js")).evaluationView,
  },
  {
    name: "fold-summary",
    load: async () => (await import("./fold-summary.js")).foldSummaryView,
  },
  {
    name: "network",
    load: async () => (await import("./network.js")).networkView,
  },
  { name: "patch-grid", load: async () => (await import("./patch-grid.js")).patchGridView },
  {
    name: "probability-map",
    load: async () => (await import("./probability-map.js")).probabilityMapView,
  },
  {
    name: "training-curve",
    load: async () => (await import("./training-curve.js")).trainingCurveView,
  },
];
