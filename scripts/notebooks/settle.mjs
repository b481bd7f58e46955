// Executed notebooks as they are committed: without what differs from one run to the next, and light.
import sharp from "sharp";

/** Pictures of more bytes than this are stored as JPEGs: a photograph's PNG is ten times as large. */
const largestPng = 12_000;
const jpegQuality = 72;

/** @returns text that nbformat keeps as lines or as one string */
export const joined = (text) => (Array.isArray(text) ? text.join("") : String(text ?? ""));

/** nbformat's own way: a list of lines. */
const asLines = (text) => text.split(/(?<=\n)/).filter((line) => line !== "");

/**
 * Takes from an executed notebook what differs from one run to the next (paths, times, payloads for the extension, which are large
 * and made again by the first run), numbers its cells, and makes its pictures light.
 *
 * @param {object} notebook as nbformat 4.5 has it
 * @param {{home?: string}} options home: the folder in which it ran, which is left out of its texts
 * @returns a new notebook
 */
export async function settleNotebook(notebook, { home } = {}) {
  let number = 0;
  const cells = [];
  for (const cell of notebook.cells) {
    const { tags } = cell.metadata;
    const metadata = tags ? { tags } : {};
    if (cell.cell_type !== "code") {
      cells.push({ ...cell, metadata });
      continue;
    }
    number++;
    const outputs = [];
    for (const output of joinStreams(cell.outputs)) {
      outputs.push(await settleOutput(output, { home, number }));
    }
    cells.push({ ...cell, metadata, execution_count: number, outputs });
  }
  const { kernelspec, language_info } = notebook.metadata;
  return { ...notebook, cells, metadata: { kernelspec, language_info } };
}

/** The same without outputs: what the notebook was before it ran. */
export function withoutOutputs(notebook) {
  const cells = notebook.cells.map((cell) =>
    cell.cell_type === "code" ? { ...cell, outputs: [], execution_count: null } : cell,
  );
  return { ...notebook, cells };
}

/** How a stream was cut into messages is chance. */
function joinStreams(outputs) {
  const joinedOutputs = [];
  for (const output of outputs) {
    const last = joinedOutputs.at(-1);
    if (output.output_type === "stream" && last?.output_type === "stream" && last.name === output.name) {
      last.text = joined(last.text) + joined(output.text);
    } else {
      joinedOutputs.push({ ...output });
    }
  }
  return joinedOutputs;
}

async function settleOutput(output, { home, number }) {
  if (output.output_type === "stream") {
    // A stock tslab ends each message with an empty line.
    const text = withoutMachine(joined(output.text), home).replace(/\n{2,}/g, "\n");
    return { output_type: "stream", name: output.name, text: asLines(text) };
  }
  const data = {};
  for (const [type, form] of Object.entries(output.data)) {
    if (type.startsWith("application/vnd.histobook.")) continue;
    data[type] = asLines(await lightPictures(withoutMachine(joined(form), home)));
  }
  return {
    ...{ output_type: output.output_type, data, metadata: {} },
    ...(output.output_type === "execute_result" && { execution_count: number }),
  };
}

/** What is said of engines that this machine doesn't have, and of its speed: other machines say something else. */
const ofThisMachine = [
  /^Note: .* is not used: .*\n?/gm,
  /<div[^>]*>[^<]* is not used: [^<]*<\/div>/g,
  /, [\d.,]+ patches\/s/g,
];

/** Paths below the folder in which the notebook ran become relative to it; what depends on the machine is left out. */
function withoutMachine(text, home) {
  const ours = ofThisMachine.reduce((kept, note) => kept.replace(note, ""), text);
  return home === undefined ? ours : ours.replaceAll(`${home}/`, "");
}

const embedded = /data:image\/png;base64,([A-Za-z0-9+/=]+)/g;

async function lightPictures(text) {
  const found = [...text.matchAll(embedded)];
  let light = "";
  let from = 0;
  for (const { 0: url, 1: base64, index } of found) {
    const png = Buffer.from(base64, "base64");
    light += text.slice(from, index);
    if (png.length > largestPng) {
      const jpeg = await sharp(png)
        .flatten({ background: "white" })
        .jpeg({ quality: jpegQuality })
        .toBuffer();
      light += jpeg.length < png.length ? `data:image/jpeg;base64,${jpeg.toString("base64")}` : url;
    } else {
      light += url;
    }
    from = index + url.length;
  }
  return light + text.slice(from);
}
