import { AsyncLocalStorage } from "node:async_hooks";
import type { Message } from "../wire/message.js";
import { Interruption } from "./interruption.js";

/**
 * What a client's message has started: a cell, or the handling of a comm's message. Everything that it sets in motion
 * belongs to it, also after its end: outputs go to where it came from.
 */
export class Activity {
  readonly interruption = new Interruption();
  /** Asynchronous displays: the cell ends after them. */
  readonly pending = new Set<Promise<void>>();

  constructor(
    readonly parent: Message,
    readonly options: { silent?: boolean; allowStdin?: boolean; count?: number } = {},
  ) {}
}

const storage = new AsyncLocalStorage<Activity>();

/** Runs work as a part of an activity, with all that it sets in motion. */
export function within<T>(activity: Activity, work: () => T): T {
  return storage.run(activity, work);
}

/** The activity that has set the calling work in motion. */
export function ownActivity(): Activity | undefined {
  return storage.getStore();
}
