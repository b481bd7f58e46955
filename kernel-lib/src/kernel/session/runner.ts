import { MessageChannel } from "node:worker_threads";
import { constants, Script } from "node:vm";
import { cellPrefix, type Source, type Sources } from "./sources.js";
import { iterateName, waitName } from "../compiler/waitingNames.js";
import type { CompiledCell } from "../compiler/compiler.js";
import { within, type Activity } from "./activity.js";
import { CellInterrupted } from "./interruption.js";
import type { Modules, Waiting } from "./modules.js";

type CellFunction = (
  exports: object,
  require: (id: string) => unknown,
  wait: Waiting["wait"],
  iterate: Waiting["iterate"],
) => Promise<void>;

/** The name under which a cell's functions hold their source; it can't be a user's by accident. */
const sourceName = "__histobook_source__";

/** How a cell's code ended: with its last expression's value, or by throwing. */
export type Outcome = { value: unknown } | { thrown: unknown };

/** Runs compiled cells; holds what they have set. */
export class Runner {
  private readonly values: Record<string, unknown> = {};
  private readonly launch = new MessageChannel();
  private launched?: () => void;
  private runs = 0;

  constructor(
    private readonly modules: Modules,
    private readonly sources: Sources,
    private readonly waiting: Waiting,
  ) {
    // A cell starts as an event of its own, with nothing of the kernel's below it on the stack: when its endless loop
    // is ended by force, nothing else is torn down with it.
    this.launch.port2.on("message", () => {
      const start = this.launched;
      this.launched = undefined;
      start?.();
    });
  }

  /**
   * Starts a cell's code.
   *
   * @param label of the cell in stacks
   * @param ended called once, unless the code is ended by force
   * @returns the names that the cell has set so far
   */
  start(
    activity: Activity,
    cell: CompiledCell,
    label: string,
    code: string,
    ended: (outcome: Outcome) => void,
  ): ReadonlySet<string> {
    this.modules.update(cell.sideModules);
    const filename = `${cellPrefix}${++this.runs}`;
    const source: Source = { label, code, module: cell.module, linesBefore: 1, activity };
    this.sources.addCell(filename, source);
    const isSet = new Set<string>();
    this.launched = () => {
      // The interrupt came while the cell was compiled.
      if (activity.interruption.isStopped) {
        ended({ thrown: new CellInterrupted() });
        return;
      }
      within(activity, () => {
        let running: Promise<void>;
        try {
          running = this.functionOf(source, filename)(
            this.exportsOf(isSet),
            this.modules.require,
            this.waiting.wait,
            this.waiting.iterate,
          );
        } catch (thrown) {
          ended({ thrown });
          return;
        }
        running.then(
          () => ended({ value: this.takeValue(cell.lastExpression) }),
          (thrown: unknown) => ended({ thrown }),
        );
      });
    };
    this.launch.port1.postMessage(null);
    return isSet;
  }

  close(): void {
    this.launch.port1.close();
  }

  /**
   * A cell's code as a function.
   *
   * Around it stands another, whose argument an arrow function names: V8 then keeps the argument for all functions that
   * the code makes, and for the code itself while it waits. So a source lives as long as there is code to run.
   */
  private functionOf(source: Source, filename: string): CellFunction {
    // On the first line, so that the code's own lines keep their numbers; it begins with "use strict". V8 compiles
    // functions in brackets at once.
    const wrapped =
      `(function (${sourceName}) { () => ${sourceName}; ` +
      `return (async function (exports, require, ${waitName}, ${iterateName}) { ${source.module.code}\n}); })`;
    const script = new Script(wrapped, {
      filename,
      importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
    });
    return (script.runInThisContext() as (kept: Source) => CellFunction)(source);
  }

  /** All cells' values, noting what this cell sets. */
  private exportsOf(isSet: Set<string>): object {
    return new Proxy(this.values, {
      set: (values, name, value) => {
        isSet.add(String(name));
        values[String(name)] = value;
        return true;
      },
      // TypeScript defines imports as getters; here they are variables, which later cells may declare anew.
      defineProperty: (values, name, property) => {
        if (name === "__esModule") return true;
        isSet.add(String(name));
        values[String(name)] = property.get ? (property.get() as unknown) : property.value;
        return true;
      },
    });
  }

  private takeValue(name: string | undefined): unknown {
    if (name === undefined) return undefined;
    const value = this.values[name];
    delete this.values[name];
    return value;
  }
}
