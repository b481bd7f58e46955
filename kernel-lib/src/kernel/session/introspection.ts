import type { SymbolDisplayPart } from "typescript";
import type { Compiler } from "../compiler/compiler.js";
import type { Json } from "../wire/message.js";

/** Jupyter counts characters; JavaScript counts UTF-16 units, of which an emoji has two. */
export function unitsBefore(code: string, characters: number): number {
  return [...code].slice(0, characters).join("").length;
}

/** The other way round. */
export function charactersBefore(code: string, units: number): number {
  return [...code.slice(0, units)].length;
}

/** The answer to complete_request. */
export function completion(compiler: Compiler, code: string, cursor: number): Json {
  const { start, end, names, info } = compiler.complete(code, unitsBefore(code, cursor));
  const kinds = new Map(info?.entries.map(({ name, kind }) => [name, kind]));
  const span = { start: charactersBefore(code, start), end: charactersBefore(code, end) };
  return {
    status: "ok",
    matches: names,
    cursor_start: span.start,
    cursor_end: span.end,
    metadata: {
      _jupyter_types_experimental: names.map((text) => ({ ...span, text, type: kinds.get(text) ?? "" })),
    },
  };
}

/** The answer to inspect_request: signature, documentation and tags of the name at the cursor. */
export function inspection(compiler: Compiler, code: string, cursor: number): Json {
  const position = unitsBefore(code, cursor);
  // Behind a name is on it, as in an editor.
  const info =
    compiler.inspect(code, position) ?? (position > 0 ? compiler.inspect(code, position - 1) : undefined);
  if (!info?.displayParts?.length) return { status: "ok", found: false, data: {}, metadata: {} };
  const signature = text(info.displayParts);
  const documentation = text(info.documentation);
  const tags = (info.tags ?? []).map((tag) => ({ name: tag.name, text: text(tag.text) }));
  const plain = [signature, documentation, ...tags.map((tag) => `@${tag.name} ${tag.text}`.trim())];
  const markdown = [
    `\`\`\`typescript\n${signature}\n\`\`\``,
    documentation,
    ...tags.map((tag) =>
      tag.name === "example" && !tag.text.includes("```")
        ? `*@example*\n\`\`\`typescript\n${tag.text}\n\`\`\``
        : `*@${tag.name}* ${tag.text}`.trim(),
    ),
  ];
  const joined = (parts: string[]): string => parts.filter((part) => part !== "").join("\n\n");
  return {
    status: "ok",
    found: true,
    data: { "text/plain": joined(plain), "text/markdown": joined(markdown) },
    metadata: {},
  };
}

/** The answer to is_complete_request. */
export function completeness(compiler: Compiler, code: string): Json {
  return { ...compiler.completeness(code) };
}

function text(parts: readonly SymbolDisplayPart[] | undefined): string {
  return (parts ?? []).map((part) => part.text).join("");
}
