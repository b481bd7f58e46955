/** What other folders build outputs of a notebook from. */
export { bundle, type Bundle } from "./bundle.js";
export { foldNetwork } from "./foldNetwork.js";
export { html, Html } from "./html.js";
export { channelMeans } from "./meanImage.js";
export { figure, note, percent, row, table, title, verdictLine } from "./parts.js";
export { imageTag, pngUrl } from "./png.js";
export { receptiveFields } from "./receptiveFields.js";
export { sourceNote, sourceText } from "./source.js";
