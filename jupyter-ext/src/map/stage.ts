import { keepKeys } from "../controls/keyboard.js";
import { element } from "../element.js";
import { NextFrame } from "../next-frame.js";
import type { MapLook } from "./look.js";
import type { MapPainter } from "./painter.js";
import type { MapPlanes } from "./planes.js";
import { pixelAt, step, type Pixel } from "./probe.js";
import { canvasSize, clamped, revealed, zoomedAbout, type MapWindow } from "./window.js";
import { deviceScale, fitZoom, nextZoom, type Zoom } from "./zoom.js";

/** The tallest stage, in CSS pixels: a map and its controls should stand on one screen. */
const tallest = 680;

/** How far (CSS pixels) a wheel is turned for the next zoom. */
const wheelStep = 60;

/** The part of the page that holds the canvas: its size, what of the map is seen, and the pixel under the pointer. */
export class MapStage {
  readonly node: HTMLElement;
  private readonly canvas: HTMLCanvasElement;
  private readonly observer: ResizeObserver;
  private zoom: Zoom = "fit";
  private fit = 1;
  private size = { width: 0, height: 0 };
  private window: MapWindow = { scale: 1, x: 0, y: 0 };
  private wheeled = 0;
  private dragged: { x: number; y: number } | null = null;
  private readonly frame = new NextFrame(() => this.paint());

  constructor(
    private readonly planes: MapPlanes,
    private readonly painter: MapPainter,
    private readonly look: MapLook,
    private readonly options: {
      label: string;
      /** Where the stage may spread: `available` gives its width in CSS pixels, 0 while it is hidden. */
      room: { node: HTMLElement; available: () => number };
      /** Called with the pixel that is pointed at, or null when there is none any more. */
      onProbe: (pixel: Pixel | null, byKeyboard: boolean) => void;
      /** The zoom was changed by wheel or key. */
      onZoom: (zoom: Zoom) => void;
    },
  ) {
    this.canvas = keepKeys(element("canvas", { tabIndex: 0, role: "img", ariaLabel: options.label }));
    this.node = element("div", { className: "histobook-map-canvas" }, [this.canvas]);
    this.canvas.addEventListener("pointerdown", this.onDown);
    this.canvas.addEventListener("pointermove", this.onPointer);
    this.canvas.addEventListener("pointerup", () => (this.dragged = null));
    this.canvas.addEventListener("pointercancel", () => (this.dragged = null));
    this.canvas.addEventListener("pointerleave", this.onLeave);
    this.canvas.addEventListener("wheel", this.onWheel, { passive: false });
    this.canvas.addEventListener("blur", this.onLeave);
    this.canvas.addEventListener("keydown", this.onKey);
    this.observer = new ResizeObserver(() => this.repaint());
    this.observer.observe(options.room.node);
  }

  /**
   * Changes the zoom.
   *
   * @param at the place of the canvas (device pixels) that stays where it is; default the middle
   */
  setZoom(zoom: Zoom, at = { x: this.size.width / 2, y: this.size.height / 2 }): void {
    this.zoom = zoom;
    this.window = zoomedAbout(this.window, this.scale(), at);
    this.repaint();
  }

  /** Paints with the next frame, once, however many changes come before it. */
  repaint(): void {
    this.frame.ask();
  }

  dispose(): void {
    this.observer.disconnect();
    this.frame.cancel();
    this.planes.image.close();
  }

  private paint(): void {
    const available = this.options.room.available();
    if (available === 0) {
      return; // In a hidden tab or a folded output; the observer calls again when it is shown.
    }
    this.fit = fitZoom(this.planes, { width: available, height: tallest });
    // As large as the whole map, whatever the zoom: nothing on the page jumps.
    const whole = deviceScale(this.fit, devicePixelRatio);
    const room = canvasSize(this.planes, { width: Infinity, height: Infinity }, whole);
    const scale = this.scale();
    this.size = canvasSize(this.planes, room, scale);
    this.window = clamped(this.planes, this.size, { ...this.window, scale });
    this.painter.paint(this.canvas, this.size, this.look, this.window, devicePixelRatio);
    this.canvas.style.width = `${this.size.width / devicePixelRatio}px`;
    this.canvas.style.height = `${this.size.height / devicePixelRatio}px`;
  }

  private scale(): number {
    return deviceScale(this.zoom === "fit" ? this.fit : Number(this.zoom), devicePixelRatio);
  }

  /** A pointer's place on the canvas, in device pixels. */
  private placeOf(event: MouseEvent): { x: number; y: number } {
    const box = this.canvas.getBoundingClientRect();
    return {
      x: ((event.clientX - box.left) / box.width) * this.size.width,
      y: ((event.clientY - box.top) / box.height) * this.size.height,
    };
  }

  private readonly onDown = (event: PointerEvent): void => {
    if (event.button !== 0) return;
    this.dragged = this.placeOf(event);
    this.canvas.setPointerCapture(event.pointerId);
  };

  private readonly onPointer = (event: PointerEvent): void => {
    const place = this.placeOf(event);
    if (this.dragged) {
      const { scale, x, y } = this.window;
      this.window = { scale, x: x + this.dragged.x - place.x, y: y + this.dragged.y - place.y };
      this.dragged = place;
      this.repaint();
    }
    const { width, height } = this.planes;
    const { scale, x, y } = this.window;
    const across = (x + place.x) / (width * scale);
    const down = (y + place.y) / (height * scale);
    this.options.onProbe(pixelAt(this.planes, across, down), false);
  };

  private readonly onLeave = (): void => {
    this.mark(null);
    this.options.onProbe(null, false);
  };

  /** Zooms with Ctrl, or when the map has been clicked; else the wheel is the page's. */
  private readonly onWheel = (event: WheelEvent): void => {
    if (!event.ctrlKey && !event.metaKey && document.activeElement !== this.canvas) return;
    event.preventDefault();
    const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 20 : 1;
    this.wheeled += event.deltaY * lines;
    const steps = Math.trunc(this.wheeled / wheelStep);
    this.wheeled -= steps * wheelStep;
    if (steps !== 0) this.zoomBy(-Math.sign(steps), this.placeOf(event));
  };

  private readonly onKey = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const from = this.look.marked ?? pixelAt(this.planes, 0.5, 0.5);
    const pixel = step(this.planes, from, event.key, event.shiftKey);
    const zoomSteps = { "+": 1, "=": 1, "-": -1, "0": -Infinity }[event.key];
    if (pixel === null && zoomSteps === undefined) return;
    event.preventDefault();
    if (pixel !== null) {
      this.mark(pixel);
      this.options.onProbe(pixel, true);
    } else if (zoomSteps !== undefined) {
      this.zoomBy(zoomSteps);
    }
    if (this.look.marked) this.window = revealed(this.size, this.window, this.look.marked);
  };

  private zoomBy(steps: number, at?: { x: number; y: number }): void {
    const zoom = nextZoom(this.zoom, this.fit, steps);
    if (zoom === this.zoom) return;
    this.setZoom(zoom, at);
    this.options.onZoom(zoom);
  }

  private mark(pixel: Pixel | null): void {
    if (this.look.marked !== pixel) {
      this.look.marked = pixel;
      this.repaint();
    }
  }
}
