import ts from "typescript";
import { assignmentPattern } from "./assignmentPattern.js";

/**
 * Makes one variable of each `let` and `var` of a cell, for the cell and for all later ones: a property of `exports`,
 * where tslab looks for the names of earlier cells.
 *
 * Left as they are, the cell's own functions and loops would go on with a copy: `let n = 0; const next = () => ++n;`
 * would not notice that a later cell sets `n`, nor the later cell what a loop `for (n of …)` has left in it. Where a
 * shorthand `{ n }` names an earlier cell's variable, its meaning is spelt out, which tslab does for all else.
 */
export function shareVariables(checker: ts.TypeChecker): ts.TransformerFactory<ts.SourceFile> {
  return (context) => (file) => {
    // tslab makes the declarations of earlier cells the outer scope of a cell; other files have none.
    const earlier = file.parent as ts.SourceFile | undefined;
    return earlier ? shareIn(file, earlier, checker, context) : file;
  };
}

function shareIn(
  file: ts.SourceFile,
  earlier: ts.SourceFile,
  checker: ts.TypeChecker,
  context: ts.TransformationContext,
): ts.SourceFile {
  const { factory } = context;
  const shared = (name: ts.Identifier): ts.Expression =>
    ts.setTextRange(
      factory.createPropertyAccessExpression(factory.createIdentifier("exports"), name.text),
      name,
    );
  const visitExpression = (node: ts.Expression) =>
    ts.visitNode(node, visit, ts.isExpression) as ts.Expression;

  function visit(node: ts.Node): ts.VisitResult<ts.Node | undefined> {
    if (isTypeOnly(node)) return node;
    if (ts.isIdentifier(node)) return isShared(checker.getSymbolAtLocation(node)) ? shared(node) : node;
    if (ts.isShorthandPropertyAssignment(node)) return spellOut(node);
    if (ts.isVariableStatement(node) && isListOf(file, node.declarationList)) return assignAll(node);
    if (ts.isVariableDeclarationList(node) && isListOf(file, node)) return loopHead(node);
    return ts.visitEachChild(node, visit, context);
  }

  /** `{ n }`, also as a part of an assignment's pattern with a default. */
  function spellOut(node: ts.ShorthandPropertyAssignment): ts.Node {
    const variable = checker.getShorthandAssignmentValueSymbol(node);
    const isEarlier = variable?.declarations?.some((one) => one.getSourceFile() === earlier) === true;
    if (!isEarlier && !isShared(variable)) return ts.visitEachChild(node, visit, context);
    const place = shared(node.name);
    const fallback = node.objectAssignmentInitializer;
    const value = fallback ? factory.createAssignment(place, visitExpression(fallback)) : place;
    return factory.createPropertyAssignment(factory.createIdentifier(node.name.text), value);
  }

  /** In a block, so that the statement is not taken for the cell's last expression. */
  function assignAll(node: ts.VariableStatement): ts.Node {
    // `declare let` is for the types alone.
    if (node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.DeclareKeyword)) return node;
    const statements = node.declarationList.declarations.flatMap((declaration) => {
      const { name, initializer } = declaration;
      if (initializer && ts.isIdentifier(name) && isNamedByVariable(initializer)) {
        const value = factory.createVariableDeclaration(
          name.text,
          undefined,
          undefined,
          visitExpression(initializer),
        );
        const list = factory.createVariableDeclarationList([value], ts.NodeFlags.Const);
        const set = factory.createAssignment(shared(name), factory.createIdentifier(name.text));
        return [factory.createVariableStatement(undefined, list), factory.createExpressionStatement(set)];
      }
      return assign(declaration).map((set) => factory.createExpressionStatement(set));
    });
    return factory.createBlock(statements, statements.length > 1);
  }

  /** Of `for (var i = 0; …)` the assignments, of `for (var one of …)` the place that each value goes to. */
  function loopHead(list: ts.VariableDeclarationList): ts.Expression | undefined {
    if (ts.isForStatement(list.parent)) {
      const assignments = list.declarations.flatMap(assign);
      return assignments.length > 0
        ? assignments.reduce((all, one) => factory.createComma(all, one))
        : undefined;
    }
    return assignmentPattern(list.declarations[0].name, shared, visit);
  }

  /** A declaration as an assignment; a `var` without a value changes nothing, a `let` is undefined from then on. */
  function assign({ name, initializer, parent }: ts.VariableDeclaration): ts.Expression[] {
    if (!initializer && !(parent.flags & ts.NodeFlags.Let)) return [];
    const value = initializer ? visitExpression(initializer) : factory.createIdentifier("undefined");
    const assignment = factory.createAssignment(assignmentPattern(name, shared, visit), value);
    return [ts.setTextRange(assignment, name)];
  }

  function isShared(symbol: ts.Symbol | undefined): boolean {
    return (
      symbol?.declarations?.some((declaration) => {
        if (!ts.isVariableDeclaration(declaration) && !ts.isBindingElement(declaration)) return false;
        let node: ts.Node = declaration;
        while (ts.isBindingElement(node)) node = node.parent.parent;
        return ts.isVariableDeclarationList(node.parent) && isListOf(file, node.parent);
      }) === true
    );
  }

  return ts.visitEachChild(file, visit, context);
}

/** Whether a list declares with `let` or `var`, and for the whole of a file. */
function isListOf(file: ts.SourceFile, list: ts.VariableDeclarationList): boolean {
  if ((list.flags & (ts.NodeFlags.Const | ts.NodeFlags.Using)) !== 0) return false;
  if ((list.flags & ts.NodeFlags.Let) !== 0)
    return ts.isVariableStatement(list.parent) && list.parent.parent === file;
  let scope: ts.Node = list.parent;
  while (
    !ts.isSourceFile(scope) &&
    !ts.isFunctionLike(scope) &&
    !ts.isModuleBlock(scope) &&
    !ts.isClassStaticBlockDeclaration(scope)
  )
    scope = scope.parent;
  return scope === file;
}

/** Types, imports and exports name variables without using them. */
function isTypeOnly(node: ts.Node): boolean {
  return (
    (ts.isTypeNode(node) && !ts.isExpressionWithTypeArguments(node)) ||
    ts.isInterfaceDeclaration(node) ||
    ts.isTypeAliasDeclaration(node) ||
    ts.isImportDeclaration(node) ||
    ts.isExportDeclaration(node)
  );
}

/** Functions and classes without a name of their own take their variable's. */
function isNamedByVariable(value: ts.Expression): boolean {
  return (
    ts.isArrowFunction(value) ||
    ((ts.isFunctionExpression(value) || ts.isClassExpression(value)) && !value.name)
  );
}
