declare module "*/scripts/browser.mjs" {
  /** The path of a Chromium or Chrome. */
  export function findBrowser(options?: { install?: boolean }): string;
}
