import type { AnyViewLoader } from "../view.js";

/** All views, in the order of the tutorial's steps. A new view is one file and one line here. */
export const viewLoaders: readonly AnyViewLoader[] = [
  {
    name: "fold-summary",
    load: async () => (await import("./fold-summary.js")).foldSummaryView,
  },
  {
    name: "probability-map",
    load: async () => (await import("./probability-map.js")).probabilityMapView,
  },
  {
    name: "training-curve",
    load: async () => (await import("./training-curve.js")).trainingCurveView,
  },
];
