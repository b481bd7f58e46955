import type { Compiler } from "../compiler/compiler.js";
import type { Channel } from "../wire/channels.js";
import type { Json, Message } from "../wire/message.js";
import { takeEndedStack } from "../wire/unwind.js";
import type { Wire } from "../wire/wire.js";
import type { Activity } from "./activity.js";
import { Cell, cellRequest, type CellEnd } from "./cell.js";
import type { History } from "./history.js";
import type { Outputs } from "./outputs.js";
import type { Runner } from "./runner.js";
import type { Sources } from "./sources.js";
import type { Statuses } from "./statuses.js";

/** A channel on which a client asks and is answered. */
export type Where = Exclude<Channel, "iopub">;

/** A request for a cell's run, waiting for its turn. */
interface Queued {
  channel: Where;
  message: Message;
}

/** What running cells takes. */
export interface ExecutionTools {
  wire: Wire;
  statuses: Statuses;
  /** Loads the compiler if need be. */
  compiler: () => Compiler;
  runner: Runner;
  outputs: Outputs;
  sources: Sources;
  history: History;
}

/** Runs cells one after another. */
export class Execution {
  /** What the newest cell has started; outputs of work that no cell has started go there. */
  newest?: Activity;
  private readonly queue: Queued[] = [];
  private running?: Cell;
  /** The cell that an interrupt has found running, while what comes of it is not clear. */
  private interrupted?: Cell;
  private count = 0;

  constructor(private readonly tools: ExecutionTools) {}

  get isRunning(): boolean {
    return this.running !== undefined;
  }

  /** What the running cell has started. */
  get activity(): Activity | undefined {
    return this.running?.activity;
  }

  /** Takes an execute_request. */
  request(channel: Where, message: Message): void {
    this.queue.push({ channel, message });
    this.next();
  }

  /** @param terminated the cell's JavaScript was ended by force: it will not end by itself */
  interrupt(terminated: boolean): void {
    if (terminated) {
      if (this.interrupted === this.running)
        this.running?.breakOff(this.tools.sources.translate(takeEndedStack()));
      return;
    }
    this.interrupted = this.running;
    this.running?.interrupt();
  }

  /** Drops what waits. */
  clear(): void {
    this.queue.length = 0;
  }

  private next(): void {
    if (this.running) return;
    const queued = this.queue.shift();
    if (queued) this.tools.wire.protect(() => this.run(queued));
  }

  private run(queued: Queued): void {
    const { message } = queued;
    const { wire, statuses, runner, outputs, sources, history } = this.tools;
    const started = new Date().toISOString();
    const request = cellRequest(message.content);
    if (request.storeHistory) this.count++;
    const { count } = this;
    statuses.beginCell(message);
    if (!request.silent) {
      const content = { code: request.code, execution_count: count };
      wire.publish("execute_input", content, message.header);
    }
    const entry = request.storeHistory ? history.add(count, request.code) : undefined;
    const tools = { compiler: this.tools.compiler(), runner, outputs, sources };
    const cell = new Cell(message, request, count, tools, (end) => {
      if (entry && end.status === "ok") history.setOutput(entry, end.output);
      this.ended(queued, cell, end, started);
    });
    this.running = cell;
    wire.setListening(false);
    this.newest = cell.activity;
    cell.start();
  }

  private ended({ channel, message }: Queued, cell: Cell, end: CellEnd, started: string): void {
    const { wire, statuses } = this.tools;
    const reply = (): void => {
      const metadata = this.replyMetadata(started, end.status);
      wire.reply(channel, message, "execute_reply", replyContent(end, cell.count), metadata);
      statuses.endCell(message);
    };
    if (end.status === "ok" || !cell.request.stopOnError) {
      reply();
      this.running = undefined;
      this.next();
      return;
    }
    // What was asked for before this cell failed, also if it is still on its way, is not run.
    wire.whenDrained(() => {
      reply();
      for (const queued of this.queue.splice(0)) this.abort(queued);
      this.running = undefined;
      this.next();
    });
  }

  private abort({ channel, message }: Queued): void {
    const { wire, statuses } = this.tools;
    statuses.busy(message);
    const metadata = this.replyMetadata(new Date().toISOString(), "aborted");
    wire.reply(channel, message, "execute_reply", { status: "aborted" }, metadata);
    statuses.idle(message);
  }

  private replyMetadata(started: string, status: string): Json {
    return { started, dependencies_met: true, engine: this.tools.wire.session, status };
  }
}

function replyContent(end: CellEnd, count: number): Json {
  if (end.status === "ok")
    return { status: "ok", execution_count: count, user_expressions: end.userExpressions, payload: [] };
  const { ename, evalue, traceback } = end.failure;
  return {
    status: "error",
    execution_count: count,
    ename,
    evalue,
    traceback,
    user_expressions: {},
    payload: [],
  };
}
