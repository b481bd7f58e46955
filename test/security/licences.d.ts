declare module "*/scripts/licences.mjs" {
  export function isAllowed(expression: string): boolean;
  export function licencesPage(): Promise<string>;
  export function productionPackages(): { name: string; version: string; licence: string }[];
}
