import { randomUUID } from "node:crypto";
import { isHistobookError, notebookKernel, type Comm, type NotebookKernel } from "../foundation/index.js";
import { checkAgainst, lineCall, lineOpening, lineTarget, type LineReply } from "../payloads/index.js";

/** What a live display answers to a call; `buffers` go beside it as they are. */
export interface LiveAnswer {
  body?: unknown;
  buffers?: readonly Uint8Array[];
}

/** What a view may call; it checks what it is given, which comes from a page. */
export type LiveCall = (body: unknown) => LiveAnswer | Promise<LiveAnswer>;

/** What a view may call, by name. */
export type LiveCalls = Record<string, LiveCall>;

/** So many displays answer at once; those before them say that their cell must run again. */
const mostDisplays = 300;

/** By identifier, the oldest first. */
const displays = new Map<string, LiveCalls>();
const listening = new WeakSet<NotebookKernel>();

/**
 * Lets the view of a display call back.
 *
 * @returns what its payload has for that; nothing outside of the kernel "TypeScript (histobook)"
 */
export function liveDisplay(calls: LiveCalls): { live?: string } {
  const kernel = notebookKernel();
  if (!kernel) return {};
  if (!listening.has(kernel)) {
    kernel.registerCommTarget(lineTarget, (comm, { data }) => opened(comm, data));
    listening.add(kernel);
  }
  const live = randomUUID();
  displays.set(live, calls);
  for (const oldest of displays.keys()) {
    if (displays.size <= mostDisplays) break;
    displays.delete(oldest);
  }
  return { live };
}

function opened(comm: Comm, data: unknown): void {
  const opening = checkAgainst(lineOpening, data);
  const calls = opening.ok ? displays.get(opening.payload.display) : undefined;
  if (!calls) {
    comm.close();
    return;
  }
  comm.onMessage(async (message) => {
    const checked = checkAgainst(lineCall, message.data);
    if (!checked.ok) return;
    const { call, name, body } = checked.payload;
    try {
      if (!Object.hasOwn(calls, name)) throw new TypeError(`this display has no "${name}"`);
      const { body: answer = null, buffers } = await calls[name](body);
      comm.send({ call, answer } satisfies LineReply, { buffers });
    } catch (error) {
      comm.send({
        call,
        problem: isHistobookError(error) ? error.message : String(error),
      } satisfies LineReply);
    }
  });
}
