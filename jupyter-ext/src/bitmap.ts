/** Decodes a picture to the numbers as they stand in it: a probability must not pass through a colour profile. */
export function exactBitmap(picture: Blob | ImageData): Promise<ImageBitmap> {
  return createImageBitmap(picture, { colorSpaceConversion: "none", premultiplyAlpha: "none" });
}
