// What JupyterLab's viewers make of a file: the extension's own code as it was built, on a page that no browser shows.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const built = join(import.meta.dirname, "..", "..", "jupyter-ext", "lib");
const { parseHTML } = createRequire(import.meta.url)("linkedom");

/** A page for the viewer; it has canvases that can't be drawn on, and a decoder that knows no damage. */
function page() {
  const { document } = parseHTML("<!doctype html><html><body></body></html>");
  globalThis.document = document;
  globalThis.createImageBitmap = () => Promise.resolve({});
  return document.createElement("div");
}

const translation = { __: (text, ...values) => text.replace(/%(\d)/g, (_, i) => String(values[i - 1])) };

const contextOf = (path, bytes) => ({ localPath: path, model: { toString: () => bytes.toString("base64") } });

/** @param kind "drawModel" or "drawMeanImage" */
export async function viewCaffeFile(kind, path) {
  const viewers = await import(join(built, "documents", "caffe-files.js"));
  const host = page();
  await viewers[kind](host, contextOf(path, readFileSync(path)), translation);
  if (host.children.length === 0) throw new Error("nothing was drawn");
}

/** Has no error of its own: a syntax error is what it shows. */
export async function viewPrototxt(path) {
  const { verdict } = await import(join(built, "documents", "prototxt-verdict.js"));
  page();
  const shown = verdict(readFileSync(path, "utf8"), path, translation);
  if (shown.textContent === "") throw new Error("nothing was said");
  if (shown.role === "alert" && !/: found [^]+, expected /.test(shown.textContent))
    throw new Error(shown.textContent);
}

/** A picture of a payload, which must have 24 x 20 pixels. */
export async function viewPicture(path) {
  const { decodePng } = await import(join(built, "png.js"));
  const { decodeJpeg } = await import(join(built, "jpeg.js"));
  const { PayloadError } = await import(join(built, "error-box.js"));
  page();
  const bytes = readFileSync(path);
  // As it is, and as text that is no base64.
  for (const text of [bytes.toString("base64"), bytes.toString("latin1")]) {
    await refusedOrDecoded(decodePng("image", `data:image/png;base64,${text}`, 24, 20), PayloadError);
    await refusedOrDecoded(decodeJpeg("image", `data:image/jpeg;base64,${text}`, 24, 20), PayloadError);
  }
}

async function refusedOrDecoded(decoding, PayloadError) {
  const error = await decoding.then(
    () => undefined,
    (thrown) => thrown,
  );
  if (error && !(error instanceof PayloadError)) throw error;
  if (error?.message.length > 200) throw new Error(`a sentence as long as the picture: ${error.message}`);
}
