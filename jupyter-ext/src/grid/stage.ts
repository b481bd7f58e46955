import { keepKeys } from "../controls/keyboard.js";
import { uniqueId } from "../controls/unique-id.js";
import { element } from "../element.js";
import { NextFrame } from "../next-frame.js";
import { gridLayout, placeAt, scrollTo, type GridLayout } from "./layout.js";
import type { GridModel } from "./model.js";
import { paintGrid, type GridColours } from "./painter.js";
import type { TileSheets } from "./tiles.js";

/** What a grid's stage tells its view. */
export interface StageEvents {
  /** The cursor stands on another patch, or the user wants to see more of it. */
  onCursor: () => void;
  onSelection: () => void;
  /** Patches that are seen and whose pictures are not here. */
  onMissing: (patches: readonly number[]) => void;
  /** The patch at a place in words, for those who hear it. */
  describe: (place: number) => string;
}

/**
 * The part of the page that holds the grid: it scrolls over all rows and paints those that are seen. For assistive
 * technology it is a list box whose one option is the patch at the cursor.
 */
export class GridStage {
  readonly node: HTMLElement;
  private readonly canvas: HTMLCanvasElement;
  private readonly spacer: HTMLElement;
  private readonly option: HTMLElement;
  private readonly observer: ResizeObserver;
  private layout: GridLayout;
  private readonly frame = new NextFrame(() => this.paint());

  constructor(
    private readonly model: GridModel,
    private readonly sheets: TileSheets,
    private readonly sides: { tile: number; shown: number },
    private readonly events: StageEvents,
    label: string,
  ) {
    this.layout = gridLayout(0, 1, sides.shown);
    this.canvas = element("canvas", { ariaHidden: "true" });
    this.spacer = element("div", { className: "histobook-grid-spacer" }, [this.canvas]);
    this.option = element("div", {
      id: uniqueId("patch"),
      className: "histobook-heard",
      role: "option",
    });
    this.node = keepKeys(
      element("div", { className: "histobook-grid-stage", tabIndex: 0, role: "listbox", ariaLabel: label }, [
        this.option,
        this.spacer,
      ]),
    );
    this.node.setAttribute("aria-multiselectable", "true");
    this.node.setAttribute("aria-activedescendant", this.option.id);
    this.node.addEventListener("scroll", () => this.repaint(), { passive: true });
    this.node.addEventListener("keydown", this.onKey);
    this.node.addEventListener("focus", () => this.repaint());
    this.node.addEventListener("blur", () => this.repaint());
    this.spacer.addEventListener("click", this.onClick);
    this.observer = new ResizeObserver(() => this.arranged());
    this.observer.observe(this.node);
  }

  /** Lays out anew: other patches are shown, or in another order. */
  arranged(): void {
    this.layout = gridLayout(this.model.shown.length, this.node.clientWidth, this.sides.shown);
    this.spacer.style.height = `${this.layout.height}px`;
    this.describe();
    this.repaint();
  }

  /** Paints with the next frame, once, however many changes come before it. */
  repaint(): void {
    this.frame.ask();
  }

  dispose(): void {
    this.observer.disconnect();
    this.frame.cancel();
  }

  private paint(): void {
    const { clientWidth: width, clientHeight: height, scrollTop: top } = this.node;
    if (width === 0) return; // In a hidden tab or a folded output; the observer calls again when it is shown.
    this.canvas.style.width = `${width}px`;
    this.canvas.style.height = `${height}px`;
    const { model, sheets, layout } = this;
    const focused = document.activeElement === this.node;
    const missing = paintGrid(
      this.canvas,
      { model, sheets, layout, side: this.sides.tile },
      { top, width, height, focused },
      this.colours(),
    );
    if (missing.length > 0) this.events.onMissing(missing);
  }

  private colours(): GridColours {
    const style = getComputedStyle(this.node);
    return {
      empty: style.getPropertyValue("--jp-layout-color3"),
      mark: style.getPropertyValue("--jp-brand-color1"),
      ground: style.getPropertyValue("--jp-layout-color0"),
    };
  }

  private describe(): void {
    const { model, option } = this;
    const { length } = model.shown;
    option.hidden = length === 0;
    if (length === 0) return;
    option.textContent = this.events.describe(model.cursor);
    option.setAttribute("aria-selected", String(model.selected.has(model.patchAt(model.cursor))));
    option.setAttribute("aria-posinset", String(model.cursor + 1));
    option.setAttribute("aria-setsize", String(length));
  }

  private readonly onClick = (event: MouseEvent): void => {
    const box = this.spacer.getBoundingClientRect();
    const place = placeAt(this.layout, event.clientX - box.left, event.clientY - box.top);
    if (place === null) return;
    if (event.shiftKey) this.model.selectTo(place);
    else if (event.ctrlKey || event.metaKey) this.model.toggle(place);
    else this.model.go(place);
    if (event.shiftKey || event.ctrlKey || event.metaKey) this.events.onSelection();
    this.moved();
  };

  private readonly onKey = (event: KeyboardEvent): void => {
    if (!this.take(event)) return;
    event.preventDefault();
    event.stopPropagation();
  };

  private take(event: KeyboardEvent): boolean {
    const { model, layout } = this;
    const { key, shiftKey } = event;
    const command = event.ctrlKey || event.metaKey;
    if (command && key.toLowerCase() === "a") model.selectShown();
    else if (command || event.altKey) return false;
    else if (key === " " && model.shown.length > 0) model.toggle(model.cursor);
    else if (key === "Escape" && model.selected.size > 0) model.selected.clear();
    else {
      const page = Math.max(1, Math.floor(this.node.clientHeight / layout.pitch));
      if (!model.move(key, shiftKey, layout.columns, page)) return false;
      if (shiftKey) this.events.onSelection();
      this.node.scrollTop = scrollTo(layout, model.cursor, this.node.scrollTop, this.node.clientHeight);
      this.moved();
      return true;
    }
    this.events.onSelection();
    this.describe();
    this.repaint();
    return true;
  }

  private moved(): void {
    this.describe();
    this.repaint();
    if (this.model.shown.length > 0) this.events.onCursor();
  }
}
