import type { AnyViewLoader } from "../view.js";

/** All views, in the order of the tutorial's steps. A new view is one file and one line here. */
export const viewLoaders: readonly AnyViewLoader[] = [
  { name: "cases", load: async () => (await import("./cases.js")).casesView },
  { name: "patch-grid", load: async () => (await import("./patch-grid.js")).patchGridView },
  {
    name: "probability-map",
    load: async () => (await import("./probability-map.js")).probabilityMapView,
  },
];
