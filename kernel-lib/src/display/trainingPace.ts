/** Milliseconds over which a speed is measured. */
const speedWindow = 1000;

/** How fast a run goes. Times are in milliseconds, of any one clock. */
export class TrainingPace {
  /** Iterations that were done since the clock was started, all together. */
  worked = 0;
  private measured = { done: 0, at: 0 };
  private last = 0;

  /** The run begins, or goes on, with so many iterations done. */
  start(done: number, at: number): void {
    this.measured = { done, at };
    this.last = done;
    this.worked = 0;
  }

  /** The run has done so many iterations: gives its iterations a second of late, once a second. */
  advance(done: number, at: number): number | null {
    this.worked += done - this.last;
    this.last = done;
    const passed = at - this.measured.at;
    if (passed < speedWindow || done === this.measured.done) return null;
    const speed = (1000 * (done - this.measured.done)) / passed;
    this.measured = { done, at };
    return speed;
  }
}
