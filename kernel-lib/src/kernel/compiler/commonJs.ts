import { SourceMap, type SourceMapPayload } from "node:module";
import ts from "typescript";
import { guardWaiting } from "./guardWaiting.js";

/** A place in a text: line and column from 0. */
export interface Place {
  line: number;
  column: number;
}

/** A module as Node can run it, and what is known of it. */
export interface CommonJs {
  code: string;
  /** The variables, classes and imports that it exports as it comes to them; functions are there from the start. */
  names: string[];
  /** The place in the TypeScript, if the place in `code` comes from there. */
  original(place: Place): Place | undefined;
}

const inlineMap = /\n?\/\/# sourceMappingURL=data:application\/json;base64,([\w+/=]+)\s*$/;

/** TypeScript writes `exports.a = exports.b = void 0;` first. */
const initialisation = /^(?:exports\.[\p{ID_Continue}$]+ = )+void 0;$/gmu;

/**
 * Makes CommonJS of the ES module that tslab's converter has made of a cell (or of a file beside the notebook).
 *
 * - Each `await` and `for await` asks for leave before it goes on, so that an interrupt reaches it.
 * - Exports are not set to undefined before the code runs: a cell that fails must not take away what was there.
 *
 * @param module ending with its source map, inline
 * @param guarded whether its waiting can be interrupted
 */
export function toCommonJs(module: string, options: ts.CompilerOptions, guarded: boolean): CommonJs {
  const first = inlineMap.exec(module);
  const { outputText, sourceMapText } = ts.transpileModule(module.replace(inlineMap, ""), {
    fileName: "cell.js",
    compilerOptions: { ...options, sourceMap: true },
    transformers: guarded ? { before: [guardWaiting] } : undefined,
  });
  const own = exportedNames(module);
  const names: string[] = [];
  const code = outputText.replace(/\/\/# sourceMappingURL=.*\s*$/, "").replace(initialisation, (line) => {
    const found = line.split(" = ").map((part) => part.replace("exports.", ""));
    const set = found.slice(0, -1);
    // An assignment of the user's own to an earlier cell's variable looks the same, but exports nothing.
    if (!set.every((name) => own.has(name))) return line;
    names.push(...set);
    return "";
  });
  const toModule = laterMap(sourceMapText ?? "");
  const toSource = first && laterMap(Buffer.from(first[1], "base64").toString());
  return {
    code,
    names,
    original: (place) => {
      const between = lookUp(toModule(), place);
      return between && (toSource ? lookUp(toSource(), between) : between);
    },
  };
}

/** A source map that is read when it is first asked for: most cells have no error, and what is read is fifty times the text. */
function laterMap(text: string): () => SourceMap {
  let map: SourceMap | undefined;
  return () => (map ??= new SourceMap(JSON.parse(text) as SourceMapPayload));
}

function lookUp(map: SourceMap, { line, column }: Place): Place | undefined {
  const entry = map.findEntry(line, column);
  return "originalLine" in entry ? { line: entry.originalLine, column: entry.originalColumn } : undefined;
}

function exportedNames(module: string): Set<string> {
  const lists = [...module.matchAll(/^export \{ ?([^}]*?) ?\}/gm)].flatMap(([, names]) =>
    names.split(/,\s*/).map((one) => one.replace(/^.* as /, "")),
  );
  const constants = [...module.matchAll(/^export (?:const|let|var|class) ([\p{ID_Continue}$]+)/gmu)];
  return new Set([...lists, ...constants.map(([, name]) => name)]);
}
