import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { protocolVersion, type Json } from "../wire/message.js";
import { version } from "../../version.js";

/** The answer to kernel_info_request. */
export function kernelInfo(): Json {
  // TypeScript itself is loaded after this answer, which must come at once.
  const manifest = createRequire(__filename).resolve("typescript/package.json");
  const typescript = (JSON.parse(readFileSync(manifest, "utf8")) as { version: string }).version;
  return {
    status: "ok",
    protocol_version: protocolVersion,
    implementation: "histobook",
    implementation_version: version,
    language_info: {
      name: "typescript",
      version: typescript,
      mimetype: "text/typescript",
      file_extension: ".ts",
      pygments_lexer: "typescript",
      // As tslab: this combination highlights TypeScript in the classic notebook and in JupyterLab.
      codemirror_mode: { mode: "typescript", name: "javascript", typescript: true },
      nbconvert_exporter: "script",
    },
    banner: `TypeScript ${typescript} on Node.js ${process.version} (histobook ${version}, tslab inside)`,
    help_links: [{ text: "TypeScript handbook", url: "https://www.typescriptlang.org/docs/handbook/" }],
    debugger: false,
  };
}
