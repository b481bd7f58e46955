import ts from "typescript";

/**
 * Of a cell's declarations those whose run-time names are kept; types stay, they need no run time.
 *
 * @param declarations text of a d.ts file
 */
export function keepDeclarations(declarations: string, keep: (name: string) => boolean): string {
  const file = ts.createSourceFile("kept.d.ts", declarations, ts.ScriptTarget.Latest, true);
  const { factory } = ts;
  const statements: ts.Statement[] = [];
  for (const statement of file.statements) {
    if (ts.isVariableStatement(statement)) {
      const { declarationList: list } = statement;
      const kept = list.declarations.filter(({ name }) => !ts.isIdentifier(name) || keep(name.text));
      if (kept.length === 0) continue;
      statements.push(
        factory.updateVariableStatement(
          statement,
          statement.modifiers,
          factory.updateVariableDeclarationList(list, kept),
        ),
      );
    } else if (ts.isImportDeclaration(statement)) {
      const kept = keepImports(statement, keep);
      if (kept) statements.push(kept);
    } else if (
      (ts.isFunctionDeclaration(statement) ||
        ts.isClassDeclaration(statement) ||
        ts.isEnumDeclaration(statement) ||
        ts.isModuleDeclaration(statement)) &&
      statement.name
    ) {
      if (keep(statement.name.text)) statements.push(statement);
    } else statements.push(statement);
  }
  return ts
    .createPrinter({ newLine: ts.NewLineKind.LineFeed })
    .printFile(factory.updateSourceFile(file, statements));
}

function keepImports(
  statement: ts.ImportDeclaration,
  keep: (name: string) => boolean,
): ts.ImportDeclaration | undefined {
  const { importClause: clause } = statement;
  if (!clause) return statement;
  const { factory } = ts;
  const name = clause.name && keep(clause.name.text) ? clause.name : undefined;
  const { namedBindings } = clause;
  let bindings: ts.NamedImportBindings | undefined;
  if (namedBindings && ts.isNamespaceImport(namedBindings))
    bindings = keep(namedBindings.name.text) ? namedBindings : undefined;
  else if (namedBindings) {
    const elements = namedBindings.elements.filter((element) => keep(element.name.text));
    bindings = elements.length > 0 ? factory.updateNamedImports(namedBindings, elements) : undefined;
  }
  if (!name && !bindings) return undefined;
  return factory.updateImportDeclaration(
    statement,
    statement.modifiers,
    factory.updateImportClause(clause, clause.phaseModifier, name, bindings),
    statement.moduleSpecifier,
    statement.attributes,
  );
}
