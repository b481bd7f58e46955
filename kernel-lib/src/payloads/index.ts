/**
 * What travels from the library to the JupyterLab extension and back, one schema a view.
 *
 * Both sides import this folder (`histobook/payloads`), so a payload that the library can write is one that
 * the extension can read. It must stay free of Node's own modules: it is bundled for the browser.
 */
export {
  checkAgainst,
  type Check as PayloadCheck,
  type Problem as PayloadProblem,
} from "../foundation/check.js";
export { casesSchema, type CasesPayload } from "./cases.js";
export { checkPayload } from "./check.js";
export { databaseVerdict, type DatabaseVerdict } from "./databaseFacts.js";
export { databaseSummarySchema, type DatabaseSummaryPayload } from "./databaseSummary.js";
export { durationWords } from "./durationWords.js";
export { evaluationSchema, mapRequest, type EvaluationPayload } from "./evaluation.js";
export {
  epitheliumRange,
  foldSides,
  foldVerdict,
  sideFacts,
  sidesOf,
  type FoldSide,
  type FoldVerdict,
  type SideFacts,
} from "./foldFacts.js";
export { foldSummarySchema, type FoldSummaryPayload, type PatchesByType } from "./foldSummary.js";
export { lineCall, lineOpening, lineReply, lineTarget, type LineCall, type LineReply } from "./line.js";
export { viewMimeType, viewNames, type ViewName } from "./names.js";
export { filtersInRow, networkSchema, type NetworkPayload } from "./network.js";
export { testWords, validationName } from "./testWords.js";
export {
  mostTilesACall,
  patchGridSchema,
  patchSelection,
  sourceAnswer,
  sourceCall,
  tableAnswer,
  tableColumns,
  tilesAnswer,
  tilesCall,
  type PatchGridPayload,
} from "./patchGrid.js";
export { probabilityMapSchema, thresholdChoice, type ProbabilityMapPayload } from "./probabilityMap.js";
export { payloadSchemas, type DrawnViewName, type PayloadOf } from "./schemas.js";
export {
  trainingCurveSchema,
  type Series,
  type TrainingCurvePayload,
  type TrainingRun,
} from "./trainingCurve.js";
