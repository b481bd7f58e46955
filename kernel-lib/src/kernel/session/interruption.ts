/** How far an interrupt has gone with an activity. */
type State = "running" | "asked" | "stopped" | "abandoned";

/**
 * Stops what one activity awaits.
 *
 * First its work is asked, through the signal; work that has asked for the signal is given time to end by itself, so
 * that a training leaves its snapshot. Then the `await`s of the cell's own code throw. Code that goes on
 * nevertheless is abandoned: its next `await` never returns.
 */
export class Interruption {
  private readonly controller = new AbortController();
  private state: State = "running";
  private signalTaken = false;
  private waiting: { reject: WeakRef<(reason: unknown) => void>; at: Error }[] = [];
  private limit = 64;

  /** The signal for the activity's work. */
  takeSignal(): AbortSignal {
    this.signalTaken = true;
    return this.controller.signal;
  }

  /** Whether some work listens, which should be given time. */
  get hasListeners(): boolean {
    return this.signalTaken;
  }

  /** Whether nothing of the activity's may begin any more. */
  get isStopped(): boolean {
    return this.state === "stopped" || this.state === "abandoned";
  }

  /** Asks the activity's work to stop. */
  ask(): void {
    if (this.state === "running") this.state = "asked";
    this.controller.abort(new CellInterrupted());
  }

  /** Makes the activity's awaits throw. */
  stop(): void {
    this.state = "stopped";
    for (const { reject, at } of this.waiting) reject.deref()?.(new CellInterrupted(at.stack));
    this.waiting = [];
  }

  /** Leaves code that goes on waiting forever. */
  abandon(): void {
    this.ask();
    this.state = "abandoned";
  }

  /** What `await value` becomes in the cell's code. */
  wait(value: unknown): unknown {
    if (this.state === "abandoned") return new Promise(() => {});
    if (!isThenable(value)) return value;
    return new Promise((resolve, reject) => {
      // Passed on directly, without a function in between, the stack of an error keeps the cell's own lines.
      value.then(resolve, reject);
      if (this.waiting.length >= this.limit) {
        this.waiting = this.waiting.filter((one) => one.reject.deref() !== undefined);
        this.limit = Math.max(64, 2 * this.waiting.length);
      }
      // Weak, because a settled promise has no way to strike itself off without costing those lines.
      this.waiting.push({ reject: new WeakRef(reject), at: new Error() });
    });
  }

  /** What `for await (… of source)` becomes. */
  iterate<T>(source: AsyncIterable<T> | Iterable<T | PromiseLike<T>>): AsyncIterable<T> {
    const wait = <V>(value: V) => this.wait(value) as V;
    return {
      [Symbol.asyncIterator]() {
        const iterator: AsyncIterator<T> | Iterator<T | PromiseLike<T>> =
          Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
        const whole = async (step: IteratorResult<T | PromiseLike<T>>): Promise<IteratorResult<T>> =>
          step.done ? step : { done: false, value: await step.value };
        return {
          next: async () => whole(await wait(iterator.next())),
          return: async () =>
            ((await iterator.return?.()) ?? { done: true, value: undefined }) as IteratorResult<T>,
        };
      },
    };
  }
}

/** The error that an interrupted cell ends with. */
export class CellInterrupted extends Error {
  /** @param at a stack of where the cell was */
  constructor(at?: string) {
    super("the cell was interrupted; what it has set so far is kept");
    this.name = "Interrupted";
    if (at !== undefined) this.stack = at.replace(/^.*/, String(this));
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === "object" && value !== null && typeof (value as { then?: unknown }).then === "function"
  );
}
