/** Milliseconds over which a speed is measured. */
const speedWindow = 1000;

/** How fast a training goes. Times are in milliseconds, of any one clock. */
export class TrainingPace {
  private measured = { done: 0, at: 0 };
  private last = { done: 0, at: 0 };
  private work = { iterations: 0, milliseconds: 0 };

  /** A run begins, or goes on, with so many iterations done. */
  start(done: number, at: number): void {
    this.measured = { done, at };
    this.last = { done, at };
  }

  /** The run has done so many iterations: gives its iterations a second of late, once a second. */
  advance(done: number, at: number): number | null {
    this.work.iterations += done - this.last.done;
    this.work.milliseconds += at - this.last.at;
    this.last = { done, at };
    const passed = at - this.measured.at;
    if (passed < speedWindow) return null;
    const speed = (1000 * (done - this.measured.done)) / passed;
    this.measured = { done, at };
    return speed;
  }

  /** Seconds that so many iterations will take, by the mean of all so far; null before the first. */
  secondsFor(iterations: number): number | null {
    const { work } = this;
    if (work.iterations === 0) return null;
    return Math.max(0, (iterations * work.milliseconds) / work.iterations / 1000);
  }
}
