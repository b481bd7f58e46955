import type { Json, Message } from "../wire/message.js";
import type { Wire } from "../wire/wire.js";
import { answerTo } from "./answers.js";
import { Activity, ownActivity } from "./activity.js";
import { Children } from "./children.js";
import { Comms } from "./comms.js";
import { Execution, type Where } from "./execution.js";
import { History } from "./history.js";
import { Input } from "./input.js";
import { Modules, type Waiting } from "./modules.js";
import { Outputs } from "./outputs.js";
import { Preparation } from "./preparation.js";
import { Runner } from "./runner.js";
import { Services } from "./services.js";
import { Sources } from "./sources.js";
import { Statuses } from "./statuses.js";
import { StrayErrors } from "./strayErrors.js";
import { failureOf } from "./traceback.js";

/** Milliseconds that a shutdown gives to work which listens to the running cell's signal. */
const shutdownTime = 1500;

/** The kernel's one session: cells one after another, everything else at once. */
export class Kernel {
  private readonly history = new History();
  private readonly sources = new Sources((count) => this.history.inputOf(count));
  private readonly children = new Children();
  private readonly statuses: Statuses;
  private readonly comms: Comms;
  private readonly input: Input;
  private readonly preparation: Preparation;
  private readonly execution: Execution;
  private readonly strayErrors: StrayErrors;

  constructor(private readonly wire: Wire) {
    const { sources, history } = this;
    const outputs = new Outputs(wire);
    const statuses = (this.statuses = new Statuses(wire));
    this.comms = new Comms(outputs);
    this.input = new Input(wire);
    const waiting: Waiting = {
      wait: (value) => ownActivity()?.interruption.wait(value) ?? value,
      iterate: (source) => (ownActivity()?.interruption.iterate(source) ?? source) as AsyncIterable<unknown>,
    };
    const modules = new Modules(process.cwd(), sources, waiting, (path) => this.preparation.loadOwn(path));
    const runner = new Runner(modules, sources, waiting);
    const compiler = () => this.preparation.compiler;
    this.execution = new Execution({ wire, statuses, compiler, runner, outputs, sources, history });
    const newest = () => this.execution.newest;
    const { comms, input } = this;
    const running = () => this.execution.activity;
    const services = new Services({ wire, outputs, comms, input, running, newest });
    this.preparation = new Preparation(
      wire,
      () => this.execution.isRunning,
      () => services.provideToTslab(),
    );
    this.strayErrors = new StrayErrors(wire, outputs, sources, newest);
    sources.install();
    services.provide();
    this.strayErrors.catchAll();
    // Jupyter asks by message; a signal from a terminal is meant in the same way.
    process.on("SIGINT", () => this.interrupt(false));
    process.on("exit", () => {
      this.children.endAll();
      wire.close();
    });
  }

  /** Cells wait for their turn; everything else is answered at once, also while a cell waits. */
  message(channel: Where, message: Message): void {
    const type = message.header.msg_type;
    if (type === "input_reply") this.input.take(message);
    else if (type === "execute_request") this.execution.request(channel, message);
    else if (type === "shutdown_request") this.shutDown(channel, message);
    else if (type.startsWith("comm_") && type !== "comm_info_request") this.handleComm(message);
    else this.reply(channel, message);
  }

  /** @param terminated the running cell's JavaScript was ended by force: it will not end by itself */
  interrupt(terminated: boolean): void {
    this.execution.interrupt(terminated);
  }

  private handleComm(message: Message): void {
    this.statuses.busy(message);
    const handled = this.strayErrors.attempt(new Activity(message), () => this.comms.handle(message));
    if (handled instanceof Promise) void handled.finally(() => this.statuses.idle(message));
    else this.statuses.idle(message);
  }

  private reply(channel: Where, message: Message): void {
    this.statuses.busy(message);
    const type = message.header.msg_type;
    const answer = this.answer(type, message.content);
    if (answer) this.wire.reply(channel, message, type.replace(/_request$/, "_reply"), answer);
    this.statuses.idle(message);
    if (type === "kernel_info_request") this.preparation.greeted();
  }

  private answer(type: string, content: Json): Json | undefined {
    const { history, comms } = this;
    try {
      return answerTo(type, content, { compiler: () => this.preparation.compiler, history, comms });
    } catch (thrown) {
      return { status: "error", ...failureOf(thrown, (label) => this.sources.codeOf(label)) };
    }
  }

  private shutDown(channel: Where, message: Message): void {
    const content = { status: "ok", restart: message.content.restart === true };
    this.wire.beginShutdown(() => {
      this.statuses.busy(message);
      this.wire.reply(channel, message, "shutdown_reply", content);
      this.wire.publish("shutdown_reply", content, message.header);
      this.statuses.idle(message);
      this.execution.clear();
      const listening = this.execution.activity?.interruption.hasListeners === true;
      setTimeout(() => process.exit(0), listening ? shutdownTime : 0);
    });
    this.execution.interrupt(false);
  }
}
