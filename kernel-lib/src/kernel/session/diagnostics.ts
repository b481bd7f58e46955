import type { TslabDiagnostic } from "../compiler/converter.js";
import { excerpt, type CodeOf, type Failure } from "./traceback.js";

/** How many are shown; one wrong name often gives dozens. */
const most = 8;

/** TypeScript's complaints in the form of an error. */
export function failureOfDiagnostics(
  diagnostics: readonly TslabDiagnostic[],
  label: string,
  codeOf: CodeOf,
): Failure {
  const joined = joinChains(diagnostics);
  const traceback: string[] = [];
  for (const { start, end, messageText, code, fileName } of joined.slice(0, most)) {
    const name = fileName ?? label;
    const source = codeOf(name);
    traceback.push(`\u001b[1m${name}\u001b[22m, line ${start.line + 1}`);
    if (source !== undefined) {
      const length = end.line === start.line ? end.character - start.character : source.length;
      traceback.push(...excerpt(source, start.line + 1, start.character + 1, length));
    }
    traceback.push(`\u001b[1m\u001b[31mTypeScriptError\u001b[39m\u001b[22m (TS${code}): ${messageText}`, "");
  }
  const more = joined.length - most;
  if (more > 0) traceback.push(`and ${more} more`);
  else traceback.pop();
  const { start, messageText, fileName } = joined[0];
  const where = fileName === undefined ? `line ${start.line + 1}` : `${fileName}, line ${start.line + 1}`;
  return {
    ename: "TypeScriptError",
    evalue: `${messageText} (${where})`,
    traceback: traceback.flatMap((part) => part.split("\n")),
  };
}

/** tslab gives the lines of one long message one by one, all of the same place. */
function joinChains(diagnostics: readonly TslabDiagnostic[]): TslabDiagnostic[] {
  const joined: TslabDiagnostic[] = [];
  for (const diagnostic of diagnostics) {
    const last = joined.at(-1);
    if (
      last?.start.offset === diagnostic.start.offset &&
      last.end.offset === diagnostic.end.offset &&
      diagnostic.fileName === undefined
    )
      joined[joined.length - 1] = {
        ...last,
        messageText: `${last.messageText}\n  ${diagnostic.messageText}`,
      };
    else joined.push(diagnostic);
  }
  return joined;
}
