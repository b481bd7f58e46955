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

/**
 * Of earlier cells' declarations the namespaces, which tslab forgets with the next cell; but for those whose name the
 * next cell declares anew.
 *
 * @param earlier text of a d.ts file
 * @param code the next cell's
 */
export function earlierNamespaces(earlier: string, code: string): string {
  if (!/^declare (?:namespace|module) /m.test(earlier)) return "";
  const file = ts.createSourceFile("earlier.d.ts", earlier, ts.ScriptTarget.Latest);
  const anew = declaredNames(code);
  return file.statements
    .filter((statement) => ts.isModuleDeclaration(statement) && !anew.has(statement.name.text))
    .map((statement) => `${earlier.slice(statement.getStart(file), statement.end)}\n`)
    .join("");
}

/**
 * Of a cell's run-time names those that its declarations lack, as anything: tslab describes no `var` inside a block or a
 * loop's head, which is the whole cell's nevertheless.
 *
 * @param declarations text of a d.ts file
 */
export function undeclaredNames(declarations: string, names: readonly string[]): string {
  const declared = declaredNames(declarations);
  return names
    .filter((name) => !declared.has(name))
    .map((name) => `declare var ${name}: any;\n`)
    .join("");
}

/** The names that top-level statements declare; those in patterns, which d.ts files don't have, are left out. */
function declaredNames(code: string): Set<string> {
  const names = new Set<string>();
  const add = (node: ts.Node | undefined): void =>
    void (node && ts.isIdentifier(node) && names.add(node.text));
  for (const statement of ts.createSourceFile("names.ts", code, ts.ScriptTarget.Latest).statements) {
    if (ts.isVariableStatement(statement))
      statement.declarationList.declarations.forEach(({ name }) => add(name));
    else if (ts.isImportDeclaration(statement)) {
      const { name, namedBindings } = statement.importClause ?? {};
      add(name);
      if (namedBindings && ts.isNamespaceImport(namedBindings)) add(namedBindings.name);
      else namedBindings?.elements.forEach((element) => add(element.name));
    } else add((statement as ts.DeclarationStatement).name);
  }
  return names;
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
