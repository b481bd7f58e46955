import { keepKeys } from "../controls/keyboard.js";
import { element } from "../element.js";
import type { MapLook, MapPainter } from "./painter.js";
import type { MapPlanes } from "./planes.js";
import { pixelAt, step, type Pixel } from "./probe.js";
import { deviceScale, fitZoom, type zooms } from "./zoom.js";

/** A zoom as the list offers it. */
export type Zoom = "fit" | `${(typeof zooms)[number]}`;

/** The tallest stage, in CSS pixels: a map and its controls should stand on one screen. */
const tallest = 680;

/** The part of the page that holds the canvas: its size, its zoom, and the pixel under the pointer. */
export class MapStage {
  /** Scrolls where the canvas is larger than the room it has. */
  readonly node: HTMLElement;
  private readonly canvas: HTMLCanvasElement;
  private readonly observer: ResizeObserver;
  private zoom: Zoom = "fit";
  private frame = 0;

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
    },
  ) {
    this.canvas = keepKeys(element("canvas", { tabIndex: 0, role: "img", ariaLabel: options.label }));
    this.node = element("div", { className: "histobook-scroll" }, [this.canvas]);
    this.node.style.maxHeight = `${tallest}px`;
    this.canvas.addEventListener("pointermove", this.onPointer);
    this.canvas.addEventListener("pointerleave", this.onLeave);
    this.canvas.addEventListener("blur", this.onLeave);
    this.canvas.addEventListener("keydown", this.onKey);
    this.observer = new ResizeObserver(() => this.repaint());
    this.observer.observe(options.room.node);
  }

  setZoom(zoom: Zoom): void {
    this.zoom = zoom;
    this.repaint();
  }

  /** Paints with the next frame, once, however many changes come before it. */
  repaint(): void {
    this.frame ||= requestAnimationFrame(() => {
      this.frame = 0;
      this.paint();
    });
  }

  dispose(): void {
    this.observer.disconnect();
    cancelAnimationFrame(this.frame);
    this.planes.image.close();
  }

  private paint(): void {
    const available = this.options.room.available();
    if (available === 0) {
      return; // In a hidden tab or a folded output; the observer calls again when it is shown.
    }
    const zoom =
      this.zoom === "fit" ? fitZoom(this.planes, { width: available, height: tallest }) : Number(this.zoom);
    const scale = deviceScale(this.planes, zoom, devicePixelRatio);
    this.painter.paint(this.canvas, this.look, scale, devicePixelRatio);
    this.canvas.style.width = `${this.canvas.width / devicePixelRatio}px`;
    this.canvas.style.height = `${this.canvas.height / devicePixelRatio}px`;
  }

  private readonly onPointer = (event: PointerEvent): void => {
    const box = this.canvas.getBoundingClientRect();
    const across = (event.clientX - box.left) / box.width;
    const down = (event.clientY - box.top) / box.height;
    this.options.onProbe(pixelAt(this.planes, across, down), false);
  };

  private readonly onLeave = (): void => {
    this.mark(null);
    this.options.onProbe(null, false);
  };

  private readonly onKey = (event: KeyboardEvent): void => {
    const from = this.look.marked ?? pixelAt(this.planes, 0.5, 0.5);
    const pixel = step(this.planes, from, event.key, event.shiftKey);
    if (pixel === null) {
      return;
    }
    event.preventDefault();
    this.mark(pixel);
    this.options.onProbe(pixel, true);
    this.reveal(pixel);
  };

  private mark(pixel: Pixel | null): void {
    if (this.look.marked !== pixel) {
      this.look.marked = pixel;
      this.repaint();
    }
  }

  /** Scrolls so that the pixel is well inside the stage. */
  private reveal({ x, y }: Pixel): void {
    const pixel = this.canvas.clientWidth / this.planes.width;
    const { clientWidth, clientHeight } = this.node;
    this.node.scrollLeft = nearest(this.node.scrollLeft, x * pixel, clientWidth);
    this.node.scrollTop = nearest(this.node.scrollTop, y * pixel, clientHeight);
  }
}

/** The scroll position nearest to the present one that shows a point a tenth of the room inside. */
function nearest(scroll: number, point: number, room: number): number {
  const margin = room / 10;
  return Math.min(Math.max(scroll, point + margin - room), point - margin);
}
