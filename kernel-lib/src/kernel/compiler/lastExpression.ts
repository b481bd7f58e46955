import ts from "typescript";

/** The export that holds the last expression's value of a cell with `using`; it can't be a user's by accident. */
export const lastExpressionName = "__histobook_last__";

/**
 * Keeps the last expression's value of a cell that declares something with `using`.
 *
 * tslab takes the value from the last statement of what TypeScript has made, which then is the statement that gives back
 * the resources.
 */
export const keepLastExpression: ts.TransformerFactory<ts.SourceFile> = (context) => (file) => {
  const { factory } = context;
  if (!file.statements.some(isUsing)) return file;
  const index = file.statements.findLastIndex((statement) => !ts.isExportDeclaration(statement));
  const last = file.statements[index];
  if (!ts.isExpressionStatement(last)) return file;
  const kept = factory.createAssignment(
    factory.createPropertyAccessExpression(factory.createIdentifier("exports"), lastExpressionName),
    last.expression,
  );
  const statements = file.statements.with(index, factory.updateExpressionStatement(last, kept));
  return factory.updateSourceFile(file, statements);
};

/** Whether a cell's code, as it was converted, sets the value. */
export function keepsLastExpression(code: string): boolean {
  return code.includes(`exports.${lastExpressionName} = `);
}

function isUsing(statement: ts.Statement): boolean {
  return ts.isVariableStatement(statement) && (statement.declarationList.flags & ts.NodeFlags.Using) !== 0;
}
