import type * as z from "zod/mini";
import { casesSchema } from "./cases.js";
import { databaseSummarySchema } from "./databaseSummary.js";
import { evaluationSchema } from "./evaluation.js";
import { foldSummarySchema } from "./foldSummary.js";
import type { ViewName } from "./names.js";
import { networkSchema } from "./network.js";
import { patchGridSchema } from "./patchGrid.js";
import { probabilityMapSchema } from "./probabilityMap.js";
import { trainingCurveSchema } from "./trainingCurve.js";

/** The schema of each view that is drawn so far, by the view's name. */
export const payloadSchemas = {
  cases: casesSchema,
  "database-summary": databaseSummarySchema,
  evaluation: evaluationSchema,
  "fold-summary": foldSummarySchema,
  network: networkSchema,
  "patch-grid": patchGridSchema,
  "probability-map": probabilityMapSchema,
  "training-curve": trainingCurveSchema,
} as const satisfies { [view in ViewName]?: z.ZodMiniType };

/** The views that have a payload. */
export type DrawnViewName = keyof typeof payloadSchemas;

/** The payload of a view. */
export type PayloadOf<View extends DrawnViewName> = z.infer<(typeof payloadSchemas)[View]>;
