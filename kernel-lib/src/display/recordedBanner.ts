import { html, type Html } from "./html.js";

/** The sentence of a display that shows what was computed elsewhere before; it stands above everything else. */
export function recordedWords(recorded: string): string {
  return `Recorded, not computed here: ${recorded}.`;
}

/** The same as a banner, in the colours of a warning. */
export function recordedBanner(recorded: string): Html {
  return html`<p
    style="border:2px solid #b45309;background:#fef3c7;color:#451a03;padding:4px 8px;font-weight:bold;margin:0 0 6px"
  >
    ${recordedWords(recorded)}
  </p>`;
}
