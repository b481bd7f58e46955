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

/** A display that its view can talk to. */
export interface LiveDisplay {
  /** Stands in the payload as `live`. */
  readonly id: string;
  /** Tells all views of this display something, e.g. that a training has ended. */
  tell(news: string, body?: unknown): void;
}

interface Entry {
  calls: LiveCalls;
  comms: Set<Comm>;
}

/** So many displays answer at once; those before them say that their cell must run again. */
const mostDisplays = 300;

/** By identifier, the oldest first. */
const displays = new Map<string, Entry>();
const listening = new WeakSet<NotebookKernel>();

/** Lets the view of a display call back; undefined outside of the kernel "TypeScript (histobook)". */
export function liveDisplay(calls: LiveCalls): LiveDisplay | undefined {
  const kernel = notebookKernel();
  if (!kernel) return undefined;
  if (!listening.has(kernel)) {
    kernel.registerCommTarget(lineTarget, (comm, { data }) => opened(comm, data));
    listening.add(kernel);
  }
  const id = randomUUID();
  const entry: Entry = { calls, comms: new Set() };
  displays.set(id, entry);
  for (const oldest of displays.keys()) {
    if (displays.size <= mostDisplays) break;
    displays.delete(oldest);
  }
  return {
    id,
    tell: (news, body = null) => {
      for (const comm of entry.comms) comm.send({ news, body } satisfies LineReply);
    },
  };
}

function opened(comm: Comm, data: unknown): void {
  const opening = checkAgainst(lineOpening, data);
  const entry = opening.ok ? displays.get(opening.payload.display) : undefined;
  if (!entry) {
    comm.close();
    return;
  }
  entry.comms.add(comm);
  comm.onClose(() => entry.comms.delete(comm));
  comm.onMessage(async (message) => {
    const checked = checkAgainst(lineCall, message.data);
    if (!checked.ok) return;
    const { call, name, body } = checked.payload;
    try {
      if (!Object.hasOwn(entry.calls, name)) throw new TypeError(`this display has no "${name}"`);
      const { body: answer = null, buffers } = await entry.calls[name](body);
      comm.send({ call, answer } satisfies LineReply, { buffers });
    } catch (error) {
      comm.send({
        call,
        problem: isHistobookError(error) ? error.message : String(error),
      } satisfies LineReply);
    }
  });
}
