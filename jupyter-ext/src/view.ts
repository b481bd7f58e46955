import type { DrawnViewName, PayloadOf } from "histobook/payloads";
import type { ViewContext } from "./context.js";

/** What a view leaves on the page. */
export interface Drawing<Payload> {
  /**
   * Shows another payload in place, keeping what the user has set; says false when that is not possible, and the view is
   * then drawn anew. Views that are updated while a cell runs have it.
   */
  update?(payload: Payload): boolean;
  /** Ends its observers and listeners. */
  dispose(): void;
}

/** One view: draws a payload that has passed its schema into an element that is not on the page yet. */
export interface View<Payload> {
  /** @throws PayloadError when a picture in the payload is not what the payload says it is. */
  draw(host: HTMLElement, payload: Payload, context: ViewContext): Promise<Drawing<Payload>>;
}

/** A view by name; its code is loaded when the first payload of its kind is shown. */
export interface ViewLoader<Name extends DrawnViewName> {
  readonly name: Name;
  load: () => Promise<View<PayloadOf<Name>>>;
}

/** A loader of any of the views. */
export type AnyViewLoader = { [Name in DrawnViewName]: ViewLoader<Name> }[DrawnViewName];
