import ts from "typescript";
import { iterateName, waitName } from "./waitingNames.js";

/**
 * Rewrites `await x` to `await wait(x)` and `for await (… of x)` to `for await (… of iterate(x))`.
 *
 * A promise can't be told to stop, and code that waits for one can't be reached; but the code is ours to compile, and
 * where it waits it can wait for an interrupt as well. `finally` blocks then run as they should.
 */
export const guardWaiting: ts.TransformerFactory<ts.SourceFile> = (context) => {
  const { factory } = context;
  const call = (name: string, argument: ts.Expression): ts.Expression =>
    factory.createCallExpression(factory.createIdentifier(name), undefined, [argument]);
  const visit = (node: ts.Node): ts.Node => {
    const visited = ts.visitEachChild(node, visit, context);
    if (ts.isAwaitExpression(visited))
      return factory.updateAwaitExpression(visited, call(waitName, visited.expression));
    if (ts.isForOfStatement(visited) && visited.awaitModifier)
      return factory.updateForOfStatement(
        visited,
        visited.awaitModifier,
        visited.initializer,
        call(iterateName, visited.expression),
        visited.statement,
      );
    return visited;
  };
  return (file) => ts.visitEachChild(file, visit, context);
};
