import { resolve } from "node:path";
import type { ProbabilityMapPayload } from "histobook/payloads";
import sharp from "sharp";

const sample = resolve(__dirname, "../../kernel-lib/sample");

/**
 * A payload from a real image of the sample and its mask. The probability is the mask, blurred and mixed with the
 * image's darkness: a map with soft borders and some mistakes, without a training run.
 *
 * @param side enlarged to so many pixels; default as it is
 */
export async function sampleMap(image = "GT2012217_1001", side?: number): Promise<ProbabilityMapPayload> {
  const file = sharp(`${sample}/${image}.tif`).removeAlpha();
  const maskFile = sharp(`${sample}/${image}_mask.png`).extractChannel(0);
  const size = await file.metadata();
  const [width, height] = [side ?? size.width, side ?? size.height];
  const enlarged = async (picture: sharp.Sharp, kernel: "cubic" | "nearest"): Promise<sharp.Sharp> =>
    sharp(await picture.resize(width, height, { kernel }).png().toBuffer());
  const picture = side === undefined ? file : await enlarged(file, "cubic");
  const mask = side === undefined ? maskFile : (await enlarged(maskFile, "nearest")).extractChannel(0);
  const [soft, dark] = await Promise.all([
    mask.clone().blur(5).raw().toBuffer(),
    picture.clone().greyscale().negate().blur(2).raw().toBuffer(),
  ]);
  const mixed = Uint8Array.from(soft, (value, index) => Math.round(0.75 * value + 0.25 * dark[index]));
  const probability = sharp(mixed, { raw: { width, height, channels: 1 } }).toColourspace("b-w");
  return {
    version: 1,
    name: `${image}.tif`,
    width,
    height,
    image: await pngUrl(picture),
    probability: await pngUrl(probability),
    mask: await pngUrl(mask),
    fold: 2,
    role: "test",
    threshold: 0.5,
  };
}

async function pngUrl(picture: sharp.Sharp): Promise<string> {
  return `data:image/png;base64,${(await picture.png().toBuffer()).toString("base64")}`;
}
