import ts from "typescript";

/** Whether a console should run what was typed, or wait for more. */
export type Completeness = { status: "complete" | "invalid" } | { status: "incomplete"; indent: string };

/** Texts that can only end in a later line: an open comment, an open template. */
const openEnds = [1010, 1160];

/** tslab knows what is incomplete, and the next line's indentation; the parser knows what is wrong. */
export function completenessOf(
  code: string,
  { completed, indent = "" }: { completed: boolean; indent?: string },
): Completeness {
  if (!completed) return { status: "incomplete", indent };
  const file = ts.createSourceFile("cell.ts", code, ts.ScriptTarget.Latest);
  const { parseDiagnostics: wrong = [] } = file as ts.SourceFile & { parseDiagnostics?: ts.Diagnostic[] };
  if (wrong.some((diagnostic) => openEnds.includes(diagnostic.code)))
    return { status: "incomplete", indent: "" };
  return { status: wrong.length > 0 ? "invalid" : "complete" };
}
