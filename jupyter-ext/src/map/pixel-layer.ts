/** A canvas beside the page whose pixels are computed, with a buffer that is used again: no garbage at each frame. */
export class PixelLayer {
  readonly canvas = new OffscreenCanvas(1, 1);
  private data = new ImageData(1, 1);

  /** Lets `fill` compute all pixels, RGBA as one number each, and takes them over. */
  draw(width: number, height: number, fill: (pixels: Uint32Array) => void): OffscreenCanvas {
    const { canvas } = this;
    if (canvas.width !== width || canvas.height !== height) {
      canvas.width = width;
      canvas.height = height;
      this.data = new ImageData(width, height);
    }
    fill(new Uint32Array(this.data.data.buffer));
    canvas.getContext("2d", { willReadFrequently: true })?.putImageData(this.data, 0, 0);
    return canvas;
  }
}
