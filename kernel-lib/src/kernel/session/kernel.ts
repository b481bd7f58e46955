import { writeSync } from "node:fs";
import { createRequire } from "node:module";
import { provideNotebookKernel, type MimeData, type DisplayOptions } from "../../foundation/index.js";
import { display } from "../../display/display.js";
import type * as compilerModule from "../compiler/compiler.js";
import type { Compiler } from "../compiler/compiler.js";
import { ownModule, packageName } from "../compiler/ownPackage.js";
import { prompt } from "../public.js";
import type { Channel } from "../wire/channels.js";
import type { Json, Message } from "../wire/message.js";
import { takeEndedStack } from "../wire/unwind.js";
import type { Wire } from "../wire/wire.js";
import { answerTo } from "./answers.js";
import { Activity, ownActivity, within } from "./activity.js";
import { Cell, cellRequest, type CellEnd } from "./cell.js";
import { Children } from "./children.js";
import { Comms } from "./comms.js";
import { History } from "./history.js";
import { Input } from "./input.js";
import { Modules, type Waiting } from "./modules.js";
import { Outputs, routeStreams } from "./outputs.js";
import { Runner } from "./runner.js";
import { Sources } from "./sources.js";
import { failureOf } from "./traceback.js";

/** Milliseconds that a shutdown gives to work which listens to the running cell's signal. */
const shutdownTime = 1500;

/** Milliseconds without a front end's greeting after which the compiler is loaded: some greet several times. */
const calm = 250;

type Where = Exclude<Channel, "iopub">;

/** A request for a cell's run, waiting for its turn. */
interface Queued {
  channel: Where;
  message: Message;
}

/** The kernel's one session: cells one after another, everything else at once. */
export class Kernel {
  private readonly sources = new Sources();
  private readonly outputs: Outputs;
  private readonly comms: Comms;
  private readonly input: Input;
  private readonly history = new History();
  private readonly children = new Children();
  private loadedCompiler?: Compiler;
  private warming?: NodeJS.Timeout;
  private readonly runner: Runner;
  private readonly queue: Queued[] = [];
  private running?: Cell;
  /** The cell that an interrupt has found running, while what comes of it is not clear. */
  private interrupted?: Cell;
  /** Outputs of work that no cell has started go to the newest. */
  private newest?: Activity;
  private count = 0;

  constructor(private readonly wire: Wire) {
    this.outputs = new Outputs(wire);
    this.comms = new Comms(this.outputs);
    this.input = new Input(wire);
    const waiting: Waiting = {
      wait: (value) => ownActivity()?.interruption.wait(value) ?? value,
      iterate: (source) => (ownActivity()?.interruption.iterate(source) ?? source) as AsyncIterable<unknown>,
    };
    const loadOwn = (path: string) => this.loadOwn(path);
    const modules = new Modules(process.cwd(), this.sources, waiting, loadOwn);
    this.runner = new Runner(modules, this.sources, waiting);
    this.install();
  }

  /** Loads the compiler, for which the first cell would wait. */
  warm(): void {
    this.compiler.warm();
    // Most notebooks import the library: what that costs is paid before, unless a cell is there already.
    setImmediate(() => {
      const library = ownModule(packageName);
      if (!this.running && library !== undefined) this.loadOwn(library);
    });
  }

  /** An interrupt in the middle would leave modules that are half there. */
  private loadOwn(path: string): unknown {
    return this.wire.protect(() => require(path) as unknown);
  }

  /** Loaded when it is first needed: a front end must be answered before. */
  private get compiler(): Compiler {
    if (!this.loadedCompiler) {
      const { Compiler } = require("../compiler/compiler.js") as typeof compilerModule;
      this.loadedCompiler = new Compiler((work) => this.wire.protect(work));
      this.loadedCompiler.warm();
      this.serveTslab();
    }
    return this.loadedCompiler;
  }

  message(channel: Where, message: Message): void {
    const type = message.header.msg_type;
    if (type === "input_reply") this.input.take(message);
    else if (type === "execute_request") {
      this.queue.push({ channel, message });
      this.next();
    } else this.handle(channel, message);
  }

  /** @param terminated the cell's JavaScript was ended by force: it will not end by itself */
  interrupt(terminated: boolean): void {
    if (terminated) {
      if (this.interrupted === this.running) this.running?.breakOff(this.sources.translate(takeEndedStack()));
      return;
    }
    this.interrupted = this.running;
    this.running?.interrupt();
  }

  private next(): void {
    if (this.running) return;
    const queued = this.queue.shift();
    if (queued) this.wire.protect(() => this.run(queued));
  }

  private run({ channel, message }: Queued): void {
    const started = new Date().toISOString();
    const request = cellRequest(message.content);
    if (request.storeHistory) this.count++;
    const { count } = this;
    this.status("busy", message);
    if (!request.silent) {
      const content = { code: request.code, execution_count: count };
      this.wire.publish("execute_input", content, message.header);
    }
    const entry = request.storeHistory ? this.history.add(count, request.code) : undefined;
    const tools = {
      compiler: this.compiler,
      runner: this.runner,
      outputs: this.outputs,
      sources: this.sources,
    };
    const cell = new Cell(message, request, count, tools, (end) => {
      if (entry && end.status === "ok") entry.output = end.output;
      this.ended({ channel, message }, cell, end, started);
    });
    this.running = cell;
    this.wire.setListening(false);
    this.newest = cell.activity;
    cell.start();
  }

  private ended({ channel, message }: Queued, cell: Cell, end: CellEnd, started: string): void {
    const reply = (): void => {
      const metadata = this.replyMetadata(started, end.status);
      this.wire.reply(channel, message, "execute_reply", replyContent(end, cell.count), metadata);
      this.status("idle", message);
    };
    if (end.status === "ok" || !cell.request.stopOnError) {
      reply();
      this.running = undefined;
      this.next();
      return;
    }
    // What was asked for before this cell failed, also if it is still on its way, is not run.
    this.wire.whenDrained(() => {
      reply();
      for (const queued of this.queue.splice(0)) this.abort(queued);
      this.running = undefined;
      this.next();
    });
  }

  private abort({ channel, message }: Queued): void {
    this.status("busy", message);
    const metadata = this.replyMetadata(new Date().toISOString(), "aborted");
    this.wire.reply(channel, message, "execute_reply", { status: "aborted" }, metadata);
    this.status("idle", message);
  }

  private replyMetadata(started: string, status: string): Json {
    return { started, dependencies_met: true, engine: this.wire.session, status };
  }

  /** Everything but cells is answered at once, also while a cell waits. */
  private handle(channel: Where, message: Message): void {
    this.status("busy", message);
    const type = message.header.msg_type;
    if (type === "shutdown_request") {
      this.shutDown(channel, message);
      return;
    }
    if (type.startsWith("comm_") && type !== "comm_info_request") {
      const activity = new Activity(message);
      const handled = this.attempt(activity, () => this.comms.handle(message));
      if (handled instanceof Promise) void handled.finally(() => this.idle(message));
      else this.idle(message);
      return;
    }
    const answer = this.answer(type, message.content);
    if (answer) this.wire.reply(channel, message, type.replace(/_request$/, "_reply"), answer);
    this.idle(message);
    // Once the front end knows the kernel, there is time until the first cell.
    if (type === "kernel_info_request") {
      clearTimeout(this.warming);
      this.warming = setTimeout(() => this.warm(), calm);
    }
  }

  private answer(type: string, content: Json): Json | undefined {
    try {
      return answerTo(type, content, {
        compiler: () => this.compiler,
        history: this.history,
        comms: this.comms,
      });
    } catch (thrown) {
      return { status: "error", ...failureOf(thrown, (label) => this.sources.codeOf(label)) };
    }
  }

  /** Runs a handler of the user's; what it throws is shown. */
  private attempt(activity: Activity, work: () => unknown): unknown {
    const failed = (thrown: unknown): void => this.showStray(activity, thrown);
    try {
      const made = this.wire.expose(() => within(activity, work));
      return made instanceof Promise ? made.catch(failed) : made;
    } catch (thrown) {
      failed(thrown);
      return undefined;
    }
  }

  private idle(message: Message): void {
    this.status("idle", message);
    // A front end shows the newest status as the kernel's: while a cell runs, that is "busy".
    if (this.running) this.status("busy", this.running.activity.parent);
  }

  private status(state: "busy" | "idle", { header }: Message): void {
    this.wire.publish("status", { execution_state: state }, header);
  }

  private shutDown(channel: Where, message: Message): void {
    const content = { status: "ok", restart: message.content.restart === true };
    this.wire.beginShutdown(() => {
      this.wire.reply(channel, message, "shutdown_reply", content);
      this.wire.publish("shutdown_reply", content, message.header);
      this.status("idle", message);
      this.queue.length = 0;
      const listening = this.running?.activity.interruption.hasListeners === true;
      setTimeout(() => process.exit(0), listening ? shutdownTime : 0);
    });
    this.running?.interrupt();
  }

  private install(): void {
    this.sources.install();
    routeStreams((name, text) => {
      const activity = ownActivity() ?? this.newest;
      if (activity) this.outputs.stream(activity, name, text);
      else writeSync(2, text);
    });
    process.on("uncaughtException", (thrown) => this.showStray(this.ownerOf(thrown), thrown));
    process.on("unhandledRejection", (thrown) => this.showStray(this.ownerOf(thrown), thrown));
    // Jupyter asks by message; a signal from a terminal is meant in the same way.
    process.on("SIGINT", () => this.interrupt(false));
    process.on("exit", () => {
      this.children.endAll();
      this.wire.close();
    });
    Object.assign(globalThis, { display, prompt });
    provideNotebookKernel({
      show: (data, options) => this.show(data, options),
      await: (work) => this.await(work),
      clear: (wait) => {
        const activity = ownActivity() ?? this.newest;
        if (activity) this.outputs.clear(activity, wait);
      },
      signal: () => this.signal(),
      ask: (question, password) => this.input.ask(ownActivity(), question, password),
      registerCommTarget: (name, target) => this.comms.register(name, target),
      openComm: (target, data, extras) => this.comms.open(target, data, extras),
    });
  }

  private signal(): AbortSignal | undefined {
    const activity = ownActivity();
    if (activity && activity === this.running?.activity) this.wire.setListening(true);
    return activity?.interruption.takeSignal();
  }

  private show(data: MimeData, options: DisplayOptions): void {
    const activity = ownActivity() ?? this.newest;
    if (activity) this.outputs.show(activity, data, options);
  }

  private await(work: Promise<void>): void {
    const activity = ownActivity();
    if (!activity) return;
    activity.pending.add(work);
    const remove = () => void activity.pending.delete(work);
    // Before the code's end the rejection is nobody's yet: it is taken when the cell waits for it.
    work.then(remove, () => {});
  }

  /** The activity that a stray error comes from. */
  private ownerOf(thrown: unknown): Activity | undefined {
    return ownActivity() ?? this.sources.ownerOf(thrown) ?? this.newest;
  }

  private showStray(activity: Activity | undefined, thrown: unknown): void {
    const { traceback } = failureOf(thrown, (label) => this.sources.codeOf(label));
    const text = `${traceback.join("\n")}\n`;
    if (activity) this.outputs.stream(activity, "stderr", text);
    else writeSync(2, text);
  }

  /** tslab's own display functions, and libraries that know tslab only, put out here as well. */
  private serveTslab(): void {
    const tslab = createRequire(__filename)("tslab/dist/jupyter.js") as {
      lastWriteDisplayData: (
        content: { data: MimeData; metadata: Json; transient?: { display_id?: string } },
        update?: boolean,
      ) => void;
    };
    tslab.lastWriteDisplayData = ({ data, metadata, transient }, update) =>
      this.show(data, { metadata, id: transient?.display_id, update });
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
