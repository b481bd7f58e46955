import type { LogEntry, TestEntry } from "./logLine.js";

/** Patches that are looked at before a database is called unshuffled. */
const firstPatches = 64;
/** A loss this many times the first one is called diverging. */
const divergence = 3;
/** How near to the more frequent class's share an accuracy is taken for that class's answer. */
const sameShare = 0.01;

/**
 * Looks at a training as it goes, and says, each once, what commonly means that it will come to nothing: a database in
 * the order of its classes, a loss that grows, a network that answers the same to everything.
 */
export class RunWatch {
  private readonly labels: number[] = [];
  private readonly said = new Set<string>();
  private firstLoss: number | undefined;
  private idleTests = 0;

  /**
   * @param subject names the run, e.g. its solver's prototxt
   * @param testShares each class's share of the test patches, where it is known
   */
  constructor(
    private readonly subject: string,
    private readonly testShares?: readonly number[],
  ) {}

  /** Takes a batch's labels in the order of the database. @returns sentences */
  batch(labels: ArrayLike<number>): string[] {
    if (this.labels.length >= firstPatches) return [];
    this.labels.push(...Array.from(labels));
    if (this.labels.length < firstPatches || new Set(this.labels).size > 1) return [];
    return this.once(
      "unshuffled",
      `the first ${this.labels.length} patches all have label ${this.labels[0]}: the database looks unshuffled, and ` +
        "a network that sees one class for long learns to answer it; make it with --shuffle.",
    );
  }

  /** Takes a line of the log. @returns sentences */
  entry(entry: LogEntry): string[] {
    if (entry.kind === "loss") return this.loss(entry.loss, entry.iteration);
    return entry.kind === "test" && entry.iteration > 0 ? this.test(entry) : [];
  }

  private loss(loss: number, iteration: number): string[] {
    this.firstLoss ??= loss;
    if (loss < divergence * this.firstLoss) return [];
    return this.once(
      "diverging",
      `the loss has grown from ${this.firstLoss.toPrecision(3)} to ${loss.toPrecision(3)} at iteration ${iteration}; ` +
        "lower base_lr (or --learning-rate) and train again.",
    );
  }

  private test({ outputs, iteration }: TestEntry): string[] {
    const { testShares } = this;
    if (!testShares || !("accuracy" in outputs) || !("loss" in outputs)) return [];
    const asOften = Math.abs(outputs.accuracy - Math.max(...testShares)) < sameShare;
    // Who knows the classes' shares and nothing of the picture has their entropy as loss.
    const knowsNothing = outputs.loss > 0.97 * entropy(testShares);
    this.idleTests = asOften && knowsNothing ? this.idleTests + 1 : 0;
    if (this.idleTests < 2) return [];
    return this.once(
      "constant",
      `at iteration ${iteration} the network gives (nearly) the same answer to every test patch: its accuracy, ` +
        `${outputs.accuracy.toFixed(3)}, is the more frequent class's share. Train longer, or check learning rate, mean image and labels.`,
    );
  }

  private once(kind: string, sentence: string): string[] {
    if (this.said.has(kind)) return [];
    this.said.add(kind);
    return [`${this.subject}: ${sentence}`];
  }
}

function entropy(shares: readonly number[]): number {
  return shares.reduce((sum, share) => (share > 0 ? sum - share * Math.log(share) : sum), 0);
}
