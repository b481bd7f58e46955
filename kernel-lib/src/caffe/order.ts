import { HistobookError } from "../foundation/errors.js";
import type { NetParameter } from "./generated/caffe_pb.js";

/**
 * Checks that no layer needs what only it or a later layer makes: Caffe runs layers in the file's order, and
 * a cycle would never end. (A blob that nothing makes is the engine's to report: old model files leave inputs out.)
 *
 * @param inputs blobs that are there from the start, though no layer makes them
 * @throws HistobookError `BadInput` that names the layer and the blob.
 */
export function checkOrder(net: NetParameter, subject: string, inputs: readonly string[] = []): void {
  const firstMaker = new Map<string, number>();
  net.layer.forEach((layer, index) => {
    for (const top of layer.top) if (!firstMaker.has(top)) firstMaker.set(top, index);
  });
  net.layer.forEach((layer, index) => {
    for (const bottom of layer.bottom) {
      const maker = firstMaker.get(bottom);
      if (maker === undefined || maker < index || inputs.includes(bottom)) continue;
      const other =
        maker === index
          ? "nothing but itself makes"
          : `only the later layer "${net.layer[maker].name}" makes`;
      throw new HistobookError("BadInput", {
        subject,
        topic: "prototxts",
        found: `layer "${layer.name}" needing blob "${bottom}", which ${other}`,
        expected: "layers in the order in which data flows, without a cycle",
        fix: "correct that layer's bottom, or move it behind the layer that makes it",
      });
    }
  });
}
