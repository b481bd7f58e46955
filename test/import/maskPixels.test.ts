import { describe, expect, test } from "vitest";
import { readMaskPixels, type MaskPicture } from "../../kernel-lib/dist/import/maskPixels.js";
import { positivePixels } from "../../kernel-lib/dist/import/positiveClass.js";

const grey = (...values: number[]): MaskPicture => ({
  width: values.length,
  height: 1,
  channels: 1,
  data: Uint16Array.from(values),
});
const colour = (...colours: number[]): MaskPicture => ({
  width: colours.length,
  height: 1,
  channels: 3,
  data: Uint8Array.from(colours.flatMap((value) => [value >> 16, (value >> 8) & 255, value & 255])),
});
const read = (picture: MaskPicture, ...chosen: string[]) =>
  readMaskPixels(picture, chosen.length > 0 ? positivePixels(chosen) : undefined);

describe("a mask", () => {
  test.each([
    [grey(0, 255, 0), [0, 1, 0]],
    [grey(0, 1, 1), [0, 1, 1]],
    [grey(0, 77), [0, 1]],
    [grey(0, 65535), [0, 1]],
    [grey(0, 0), [0, 0]],
    [grey(1, 1), [1, 1]],
    [colour(0, 0xffffff), [0, 1]],
    [colour(0, 0xff0000), [0, 1]],
    [colour(0x00ff00, 0x00ff00), [1, 1]],
  ])("is read where it is clear (%#)", (picture, marked) => {
    expect(read(picture)).toEqual({ marked: Uint8Array.from(marked) });
  });

  test.each([
    [grey(0, 1, 2), "a mask with the values 0, 1, 2"],
    [grey(1, 2), "a mask with the values 1, 2"],
    [grey(...Array.from({ length: 9 }, (_, i) => i)), "a mask with 9 different values"],
    [colour(0xffffff, 0xff0000), "a mask with the colours #ff0000, #ffffff"],
    [colour(0, 0x0000ff, 0xff0000), "a mask with the colours #000000, #0000ff, #ff0000"],
  ])("asks where it is not (%#)", (picture, sentence) => {
    expect(read(picture)).toEqual({ unclear: sentence });
  });

  test.each([
    [grey(0, 1, 2, 3), ["1", "3"], [0, 1, 0, 1]],
    [grey(0, 127, 128, 255), ["128-255"], [0, 0, 1, 1]],
    [grey(0, 255), ["0"], [1, 0]],
    [grey(0, 255), ["#ffffff"], [0, 1]],
    [colour(0xffffff, 0xff0000, 0xff0001), ["#FF0000"], [0, 1, 0]],
    [colour(0, 0x808080), ["128"], [0, 1]],
    [colour(0, 0x808080, 0xff0000), ["128"], [0, 0, 0]],
  ])("is read as chosen (%#)", (picture, chosen, marked) => {
    expect(read(picture, ...chosen)).toEqual({ marked: Uint8Array.from(marked) });
  });

  test.each(["Tumor", "-1", "1-2-3", "#fff", ""])("'%s' is no value of a mask", (value) => {
    expect(() => positivePixels([value])).toThrow(/^--class: found/);
  });
});
