import ts from "typescript";

/**
 * Takes `export` away from a cell's declarations, each by as many spaces: all names of a cell are known to later ones
 * anyway, and tslab would export these twice.
 */
export function withoutExportKeywords(code: string): string {
  if (!code.includes("export")) return code;
  const file = ts.createSourceFile("cell.ts", code, ts.ScriptTarget.Latest);
  let plain = code;
  for (const statement of file.statements) {
    if (!ts.canHaveModifiers(statement)) continue;
    const modifiers = ts.getModifiers(statement) ?? [];
    if (modifiers.some(({ kind }) => kind === ts.SyntaxKind.DefaultKeyword)) continue;
    const keyword = modifiers.find(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
    if (!keyword) continue;
    plain =
      plain.slice(0, keyword.end - "export".length) + " ".repeat("export".length) + plain.slice(keyword.end);
  }
  return plain;
}
