declare module "*/scripts/troubleshooting.mjs" {
  /** The page as it should be, from kernel-lib/help/messages.json. */
  export function troubleshootingPage(): Promise<string>;
}
