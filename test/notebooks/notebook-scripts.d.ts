declare module "*/notebooks/settle.mjs" {
  export function settleNotebook<Notebook extends object>(
    notebook: Notebook,
    options?: { home?: string },
  ): Promise<Notebook>;
  export function withoutOutputs<Notebook extends object>(notebook: Notebook): Notebook;
}

declare module "*/notebooks/compare.mjs" {
  export function compareNotebooks(
    committed: object,
    executed: object,
    options?: { figures?: "exact" | "any" },
  ): Promise<string[]>;
}
