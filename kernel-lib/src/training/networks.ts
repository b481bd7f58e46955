import { HistobookError } from "../foundation/index.js";
import {
  convolutionLayer,
  dropoutLayer,
  innerProductLayer,
  normalizationLayers,
  poolingLayer,
  rectifierLayer,
} from "./layerTexts.js";

/** The networks that can be written into models/. */
export const networkNames = ["tutorial", "dropout", "batch-norm", "no-padding"] as const;

/** One of them; see `networkBodies` for what it is. */
export type NetworkName = (typeof networkNames)[number];

/** What each network calls itself in its prototxts. */
export const networkTitles: Record<NetworkName, string> = {
  tutorial: "CIFAR10_quick",
  dropout: "CIFAR10_quick_dropout",
  "batch-norm": "CIFAR10_quick_batch_norm",
  "no-padding": "CIFAR10_quick_no_padding",
};

/** A network's layers between its data and its losses, as text: first of the learning, then of the finished network. */
type Body = (size: number, use: "training" | "deploy") => string[];

/**
 * The layers of each network, from the blob `data` to the blob `ip2` of two scores:
 *
 * - `tutorial`: Caffe's CIFAR10_quick with two classes.
 * - `dropout`: the same; half of ip1's values are left out while it is learned.
 * - `batch-norm`: the same; each convolution is normalised over the batch.
 * - `no-padding`: convolutions without a margin and pooling whose windows fill the image, down to 1 x 1: what it says of a
 *   pixel depends on that pixel's window alone, so that a whole image run at once gives what single windows give, as long
 *   as both subtract the same mean everywhere.
 *
 * Where a first convolution is not normalised its weights begin as small as the tutorial's: it is shown grey levels as they
 * are, and what usual weights make of them has gradients so large that AdaGrad's rates never recover.
 */
const bodies: Record<NetworkName, Body> = {
  // The first rectifier stands behind its pooling, the other two before theirs; none stands between ip1 and ip2.
  tutorial: () => [
    ...tutorialConvolutions(),
    innerProductLayer(1, "pool3", 64),
    innerProductLayer(2, "ip1", 2),
  ],
  dropout: (_, use) => [
    ...tutorialConvolutions(),
    innerProductLayer(1, "pool3", 64),
    ...(use === "training" ? [dropoutLayer("ip1")] : []),
    innerProductLayer(2, "ip1", 2),
  ],
  "batch-norm": () => [
    convolutionLayer(1, "data", 32, { filler: "msra", bias: false }),
    normalizationLayers(1),
    poolingLayer(1, "MAX"),
    rectifierLayer(1, "pool1"),
    convolutionLayer(2, "pool1", 32, { filler: "msra", bias: false }),
    normalizationLayers(2),
    rectifierLayer(2, "conv2"),
    poolingLayer(2, "AVE"),
    convolutionLayer(3, "pool2", 64, { filler: "msra", bias: false }),
    normalizationLayers(3),
    rectifierLayer(3, "conv3"),
    poolingLayer(3, "AVE"),
    innerProductLayer(1, "pool3", 64, "msra"),
    innerProductLayer(2, "ip1", 2),
  ],
  "no-padding": (size) => [
    convolutionLayer(1, "data", 32, { filler: { deviation: 0.0001 }, pad: 0 }),
    poolingLayer(1, "MAX", 2),
    rectifierLayer(1, "pool1"),
    convolutionLayer(2, "pool1", 32, { filler: { deviation: 0.01 }, pad: 0 }),
    rectifierLayer(2, "conv2"),
    poolingLayer(2, "AVE", 2),
    convolutionLayer(3, "pool2", 64, { filler: { deviation: 0.01 }, pad: 0, kernel: lastKernel(size) }),
    rectifierLayer(3, "conv3"),
    innerProductLayer(1, "conv3", 64),
    innerProductLayer(2, "ip1", 2),
  ],
};

/**
 * A network's layers between data and losses as prototxt text.
 *
 * @param size side of a patch in pixels
 * @throws HistobookError `BadOption` for a size that the network can't have.
 */
export function networkBody(network: NetworkName, size: number, use: "training" | "deploy"): string {
  return bodies[network](size, use).join("\n");
}

function tutorialConvolutions(): string[] {
  return [
    convolutionLayer(1, "data", 32, { filler: { deviation: 0.0001 } }),
    poolingLayer(1, "MAX"),
    rectifierLayer(1, "pool1"),
    convolutionLayer(2, "pool1", 32, { filler: { deviation: 0.01 } }),
    rectifierLayer(2, "conv2"),
    poolingLayer(2, "AVE"),
    convolutionLayer(3, "pool2", 64, { filler: { deviation: 0.01 } }),
    rectifierLayer(3, "conv3"),
    poolingLayer(3, "AVE"),
  ];
}

/** What two convolutions of 5 x 5 and two poolings of 2 x 2 leave of a patch: the last convolution takes all of it. */
function lastKernel(size: number): number {
  const left = ((size - 4) / 2 - 4) / 2;
  if (Number.isInteger(left) && left >= 1) return left;
  throw new HistobookError("BadOption", {
    subject: "--network no-padding",
    found: `patches of ${size} x ${size} pixels`,
    expected: "a side of 16, 20, 24 and so on, which its poolings divide without a rest",
    fix: "cut patches of such a size in step 1, e.g. 32, or choose another network",
  });
}
