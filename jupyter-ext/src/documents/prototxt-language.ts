import { LanguageSupport, StreamLanguage, type StreamParser } from "@codemirror/language";

/** Protobuf's text format, as far as colours go: names before `:` or `{`, strings, numbers, words such as MAX, comments. */
const prototxt: StreamParser<null> = {
  name: "prototxt",
  startState: () => null,
  token: (stream) => {
    if (stream.eatSpace()) return null;
    if (stream.match(/^#.*/)) return "comment";
    if (stream.match(/^"(?:[^"\\]|\\.)*"?/) || stream.match(/^'(?:[^'\\]|\\.)*'?/)) return "string";
    if (stream.match(/^[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?f?\b/)) return "number";
    if (stream.match(/^(?:true|false)\b/)) return "bool";
    if (stream.match(/^\w+(?=\s*[:{])/)) return "propertyName";
    if (stream.match(/^\w+/)) return "atom";
    stream.next();
    return "punctuation";
  },
  languageData: { commentTokens: { line: "#" } },
};

/** The language for JupyterLab's editors. */
export function prototxtLanguage(): LanguageSupport {
  return new LanguageSupport(StreamLanguage.define(prototxt));
}
