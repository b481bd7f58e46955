import { existsSync, readFileSync } from "node:fs";
import { representationOf } from "../../display/representation.js";
import type { MimeData } from "../../foundation/index.js";
import type { CompiledCell, Compiler } from "../compiler/compiler.js";
import type { Json, Message } from "../wire/message.js";
import { Activity } from "./activity.js";
import { failureOfDiagnostics } from "./diagnostics.js";
import { CellInterrupted } from "./interruption.js";
import type { Outputs } from "./outputs.js";
import type { Outcome, Runner } from "./runner.js";
import { labelOf, type Sources } from "./sources.js";
import { failureOf, type Failure } from "./traceback.js";

/** Milliseconds that work which listens to the cell's signal has to end by itself, e.g. to write a snapshot. */
const listenersTime = 10_000;
/** Milliseconds in which code whose `await` has thrown must end; then it is abandoned. */
const unwindingTime = 1000;

/** What an execute_request asks for. */
export interface CellRequest {
  code: string;
  silent: boolean;
  storeHistory: boolean;
  stopOnError: boolean;
  allowStdin: boolean;
  userExpressions: Record<string, string>;
}

/** Reads a request's content; what is left out has the protocol's defaults. */
export function cellRequest(content: Json): CellRequest {
  const silent = content.silent === true;
  return {
    code: typeof content.code === "string" ? content.code : "",
    silent,
    storeHistory: !silent && content.store_history !== false,
    stopOnError: content.stop_on_error !== false,
    allowStdin: content.allow_stdin === true,
    userExpressions: (content.user_expressions ?? {}) as Record<string, string>,
  };
}

/** What a cell needs of the kernel. */
export interface CellTools {
  compiler: Compiler;
  runner: Runner;
  outputs: Outputs;
  sources: Sources;
}

/** How a cell ended. */
export type CellEnd =
  { status: "ok"; userExpressions: Json; output?: string } | { status: "error"; failure: Failure };

/** One run of a cell's code, from its request to its end. */
export class Cell {
  readonly activity: Activity;
  readonly label: string;
  private readonly code: string;
  private compiled?: CompiledCell;
  private isSet: ReadonlySet<string> = new Set();
  private ended = false;
  private interrupts = 0;

  constructor(
    message: Message,
    readonly request: CellRequest,
    readonly count: number,
    private readonly tools: CellTools,
    private readonly done: (end: CellEnd) => void,
  ) {
    this.code = request.code;
    this.label = request.storeHistory ? labelOf(count) : "this cell";
    this.activity = new Activity(message, {
      silent: request.silent,
      allowStdin: request.allowStdin,
      count,
    });
  }

  start(): void {
    const { compiler, runner } = this.tools;
    let compiled;
    try {
      compiled = compiler.compile(this.code);
    } catch (thrown) {
      this.end({ status: "error", failure: this.failure(thrown) });
      return;
    }
    if ("diagnostics" in compiled) {
      // A file is shown as it is now, which is what was compiled; an older one may have been run.
      const codeOf = (label: string) => (label === this.label ? this.code : textOf(label));
      this.end({
        status: "error",
        failure: failureOfDiagnostics(compiled.diagnostics, this.label, codeOf),
      });
      return;
    }
    this.compiled = compiled.cell;
    this.isSet = runner.start(this.activity, compiled.cell, this.label, this.code, (outcome) => {
      void this.conclude(outcome);
    });
  }

  /** Stops the cell; see Interruption for how. A second interrupt does not wait for anybody. */
  interrupt(): void {
    const { interruption } = this.activity;
    this.interrupts++;
    interruption.ask();
    if (this.interrupts === 1 && interruption.hasListeners)
      setTimeout(() => this.stopWaiting(), listenersTime).unref();
    else this.stopWaiting();
  }

  /** Ends the cell whose JavaScript was ended by force. */
  breakOff(stack: string): void {
    if (this.ended) return;
    this.activity.interruption.abandon();
    this.fail(new CellInterrupted(stack));
  }

  private stopWaiting(): void {
    if (this.ended) return;
    this.activity.interruption.stop();
    setTimeout(() => {
      if (this.ended) return;
      this.activity.interruption.abandon();
      this.fail(new CellInterrupted());
    }, unwindingTime).unref();
  }

  /** After the code's end: what it still shows, and what else the request asks for. */
  private async conclude(outcome: Outcome): Promise<void> {
    if (this.ended) return;
    try {
      while (this.activity.pending.size > 0) await Promise.all(this.activity.pending);
      if ("thrown" in outcome) throw outcome.thrown;
      this.compiled?.commit();
      const shown = outcome.value === undefined ? undefined : await representationOf(outcome.value);
      if (this.ended) return;
      if (shown) this.tools.outputs.result(this.activity, shown);
      const userExpressions = await this.evaluate(this.request.userExpressions);
      const text = shown?.["text/plain"];
      this.end({ status: "ok", userExpressions, output: typeof text === "string" ? text : undefined });
    } catch (thrown) {
      this.fail(thrown);
    }
  }

  private fail(thrown: unknown): void {
    if (this.ended) return;
    this.compiled?.commit((name) => this.isSet.has(name));
    this.end({ status: "error", failure: this.failure(thrown) });
  }

  private end(end: CellEnd): void {
    if (this.ended) return;
    this.ended = true;
    if (end.status === "error") this.tools.outputs.fail(this.activity, end.failure);
    this.done(end);
  }

  private failure(thrown: unknown): Failure {
    return failureOf(thrown, (label) => this.tools.sources.codeOf(label));
  }

  private async evaluate(expressions: Record<string, string>): Promise<Json> {
    const results: Json = {};
    for (const [name, expression] of Object.entries(expressions))
      results[name] = await this.value(expression);
    return results;
  }

  private async value(expression: string): Promise<Json> {
    const { compiler, runner } = this.tools;
    const label = "the expression";
    const compiled = compiler.compile(expression);
    if ("diagnostics" in compiled) {
      const failure = failureOfDiagnostics(compiled.diagnostics, label, () => expression);
      return { status: "error", ...failure };
    }
    const outcome = await new Promise<Outcome>((resolve) => {
      runner.start(this.activity, compiled.cell, label, expression, resolve);
    });
    if ("thrown" in outcome) return { status: "error", ...this.failure(outcome.thrown) };
    const data: MimeData = await representationOf(outcome.value);
    return { status: "ok", data, metadata: {} };
  }
}

function textOf(file: string): string | undefined {
  return existsSync(file) ? readFileSync(file, "utf8") : undefined;
}
