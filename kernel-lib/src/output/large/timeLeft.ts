import { performance } from "node:perf_hooks";
import { durationWords } from "../../payloads/durationWords.js";

/** Seconds of work before a forecast is made: the first ones start the engine. */
const patience = 5;

/** How long work of equal pieces will take, from how long it has taken so far. */
export class TimeLeft {
  private readonly start = performance.now();

  /** @param total pieces that are to be done */
  constructor(private readonly total: number) {}

  /** `, 4 min left`; nothing as long as too little is done to know. */
  words(done: number): string {
    const seconds = (performance.now() - this.start) / 1000;
    if (done === 0 || seconds < patience) return "";
    return `, ${durationWords((seconds / done) * (this.total - done))} left`;
  }
}
