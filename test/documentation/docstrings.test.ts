import { join } from "node:path";
import ts from "typescript";
import { expect, test } from "vitest";

test("every public function and class has a docstring", () => {
  const root = join(__dirname, "..", "..", "kernel-lib");
  const config = ts.getParsedCommandLineOfConfigFile(
    join(root, "tsconfig.json"),
    {},
    {
      ...ts.sys,
      onUnRecoverableConfigFileDiagnostic: (diagnostic) => {
        throw new Error(ts.flattenDiagnosticMessageText(diagnostic.messageText, "\n"));
      },
    },
  );
  const index = join(root, "src", "index.ts");
  const program = ts.createProgram([index], config!.options);
  const checker = program.getTypeChecker();
  const exported = checker.getExportsOfModule(checker.getSymbolAtLocation(program.getSourceFile(index)!)!);
  const undocumented: string[] = [];
  let functions = 0;
  for (const alias of exported) {
    const symbol = alias.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(alias) : alias;
    if (!(symbol.flags & (ts.SymbolFlags.Function | ts.SymbolFlags.Class))) continue;
    functions++;
    if (symbol.getDocumentationComment(checker).length === 0) undocumented.push(symbol.name);
  }
  expect(functions).toBeGreaterThan(40);
  expect(undocumented).toEqual([]);
});
