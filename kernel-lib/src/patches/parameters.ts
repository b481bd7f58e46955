import type { Manifest } from "../study/index.js";

/** What decides the patches: the options without those that only say how the work is done. */
export type PatchParameters = NonNullable<Manifest["patches"]>["parameters"];
