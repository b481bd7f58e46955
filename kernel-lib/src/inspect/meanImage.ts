import type * as fastPng from "fast-png";
import { planesPicture, readMeanImage } from "../caffe/index.js";
import { writeWholeFile } from "../foundation/index.js";
import type { Inspection } from "./inspection.js";
import { summarizeValues } from "./values.js";

/**
 * What a `.binaryproto` holds: size, and each channel's grey levels.
 *
 * @param picture where it is written as a PNG
 */
export function inspectMean(path: string, picture?: string): Inspection {
  const mean = readMeanImage(path);
  const { channels, height, width, data } = mean;
  const plane = height * width;
  const names = channels === 3 ? ["blue", "green", "red"] : undefined;
  const ranges = Array.from({ length: channels }, (_, channel) => ({
    name: names?.[channel] ?? `channel ${channel}`,
    ...summarizeValues(data.subarray(channel * plane, (channel + 1) * plane)),
  }));
  if (picture !== undefined) {
    const { encode } = require("fast-png") as typeof fastPng;
    writeWholeFile(picture, encode(planesPicture(mean)));
  }
  return {
    kind: "mean image",
    data: {
      ...{
        channels,
        height,
        width,
        means: ranges.map((range) => range.mean),
        ...summarizeValues(data),
        ranges,
      },
      ...(picture !== undefined && { picture }),
    },
    lines: [
      `Mean image of ${width} x ${height} pixels, ${channels} ${channels === 1 ? "channel" : "channels"}:`,
      // A mean image without finite values can't be read, so that each channel has all of these.
      ...ranges.map(
        ({ name, mean: level, minimum, maximum }) =>
          `  ${name}: ${level!.toFixed(2)} of 255, from ${minimum!.toFixed(2)} to ${maximum!.toFixed(2)}`,
      ),
      ...(picture === undefined ? [] : [`Its picture is in ${picture}.`]),
    ],
    warnings: [],
  };
}
