/** What part of a picture is seen: how large a pixel of it is, and where it begins, in device pixels. */
export interface MapWindow {
  /** Device pixels for a pixel of the picture. */
  readonly scale: number;
  /** The canvas's top left corner, in device pixels from the picture's own. */
  readonly x: number;
  readonly y: number;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/** The canvas (device pixels) on which a picture is seen: no larger than the picture, nor than the room. */
export function canvasSize(picture: Size, room: Size, scale: number): Size {
  return {
    width: Math.min(Math.round(picture.width * scale), room.width),
    height: Math.min(Math.round(picture.height * scale), room.height),
  };
}

/** The window, moved so that no more than the picture is seen, and to whole device pixels. */
export function clamped(picture: Size, canvas: Size, { scale, x, y }: MapWindow): MapWindow {
  const within = (value: number, most: number): number =>
    Math.round(Math.min(Math.max(value, 0), Math.max(most, 0)));
  return {
    scale,
    x: within(x, Math.round(picture.width * scale) - canvas.width),
    y: within(y, Math.round(picture.height * scale) - canvas.height),
  };
}

/** Another zoom, in which the point of the picture that is seen at a place of the canvas stays there. */
export function zoomedAbout(window: MapWindow, scale: number, at: { x: number; y: number }): MapWindow {
  const grown = scale / window.scale;
  return { scale, x: (window.x + at.x) * grown - at.x, y: (window.y + at.y) * grown - at.y };
}

/** The nearest window that shows a pixel of the picture a tenth of the canvas inside. */
export function revealed(canvas: Size, window: MapWindow, pixel: { x: number; y: number }): MapWindow {
  const near = (start: number, point: number, room: number): number =>
    Math.min(Math.max(start, point + room / 10 - room), point - room / 10);
  return {
    scale: window.scale,
    x: near(window.x, pixel.x * window.scale, canvas.width),
    y: near(window.y, pixel.y * window.scale, canvas.height),
  };
}

/** The pixels of the picture of which something is seen: columns [left, right) and rows [top, bottom). */
export interface Region {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** The region of a picture that a canvas shows. */
export function seenRegion(picture: Size, canvas: Size, { scale, x, y }: MapWindow): Region {
  return {
    left: Math.max(0, Math.floor(x / scale)),
    top: Math.max(0, Math.floor(y / scale)),
    right: Math.min(picture.width, Math.ceil((x + canvas.width) / scale)),
    bottom: Math.min(picture.height, Math.ceil((y + canvas.height) / scale)),
  };
}
