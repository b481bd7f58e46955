import type { DocumentRegistry } from "@jupyterlab/docregistry";
import { base64Bytes } from "../base64.js";

/** A file's bytes, as its model holds them. */
export function bytesOf({ model }: DocumentRegistry.Context): Uint8Array<ArrayBuffer> {
  return base64Bytes(model.toString());
}
