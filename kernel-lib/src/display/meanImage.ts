import { basename } from "node:path";
import { planesPicture, readMeanImage, type MeanImage } from "../caffe/index.js";
import { bundle, type Bundle } from "./bundle.js";
import { html, type Html } from "./html.js";
import { figure, row, title } from "./parts.js";
import { greyPicture } from "./picture.js";
import { imageTag, pngUrl } from "./png.js";

/**
 * Shows a mean image (`.binaryproto`), ours or one of Caffe's, and the same with its contrast stretched.
 *
 * @throws HistobookError `BadInput` when the file is missing, damaged, or neither of three channels nor of one.
 * @example
 * const { data } = await showMeanImage("test/fixtures/caffe/c/mean_space.binaryproto");
 * String(data["text/plain"]).split("\n")[0]; // => "Mean image mean_space.binaryproto, 32 × 32 pixels"
 */
export async function showMeanImage(path: string): Promise<Bundle> {
  const mean = readMeanImage(path);
  const heading = `Mean image ${basename(path)}, ${mean.width} × ${mean.height} pixels`;
  return bundle({
    html: html`${title(heading)}${row(await meanFigures(mean))}`,
    text: `${heading}\n  ${channelWords(mean)}`,
  });
}

/** A mean image as it is, and stretched: it hardly varies. */
export async function meanFigures(mean: MeanImage): Promise<Html[]> {
  const picture = async (shown: MeanImage, words: string): Promise<Html> => {
    const raster = planesPicture(shown);
    const visible = raster.channels === 1 ? greyPicture(raster.width, raster.height, raster.data) : raster;
    return imageTag(await pngUrl(visible, { limit: 150_000 }), visible.width * 4, words);
  };
  return [
    figure(await picture(mean, "the mean image"), html`the mean image<br />${channelWords(mean)}`),
    figure(
      await picture(stretched(mean), "the mean image with its contrast stretched"),
      html`the same, its contrast<br />stretched to the full range`,
    ),
  ];
}

/** Each channel's mean (blue, green, red; or grey), 0 to 255. */
export function channelMeans({ channels, data }: MeanImage): number[] {
  const plane = data.length / channels;
  return Array.from(
    { length: channels },
    (_, channel) =>
      data.subarray(channel * plane, (channel + 1) * plane).reduce((sum, value) => sum + value, 0) / plane,
  );
}

/** Each channel's mean in words. */
export function channelWords(mean: MeanImage): string {
  const names = mean.channels === 3 ? ["blue", "green", "red"] : ["grey"];
  const words = channelMeans(mean).map((value, channel) => `${names[channel]} ${value.toFixed(1)}`);
  return `mean ${words.reverse().join(", ")} of 255`;
}

/** The darkest value of each channel becomes 0 and the brightest 255. */
export function stretched(mean: MeanImage): MeanImage {
  const plane = mean.width * mean.height;
  const ranges = Array.from({ length: mean.channels }, (_, channel) => {
    const values = mean.data.subarray(channel * plane, (channel + 1) * plane);
    return [Math.min(...values), Math.max(...values)];
  });
  const data = mean.data.map((value, i) => {
    const [low, high] = ranges[Math.floor(i / plane)];
    return high === low ? 128 : (255 * (value - low)) / (high - low);
  });
  return { ...mean, data };
}
