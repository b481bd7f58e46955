/** Displays: data -> MIME bundle, one file a view; and showing it in a notebook. */
export { bundleBytes, outputLimit, type Bundle } from "./bundle.js";
export { showCases, type ShowCasesOptions } from "./cases.js";
export { display } from "./display.js";
