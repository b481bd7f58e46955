/** Which breaks a step is put through: spread over all of it, drawn from a seed. */
import { randomStream } from "../../kernel-lib/src/foundation/index.js";
import type { Break } from "./trial.js";
import type { Undisturbed } from "./work.js";

/** The kinds of breaks, as the table counts them. */
export type Kind = "kill -9" | "SIGTERM" | "full disk" | "two at once";

/**
 * Draws the break number `round` of a kind.
 *
 * With a faulty disk two of three kills come at a change on the disk, every other one of them in the middle of it; the rest, and
 * all without one, come by the clock. Changes are drawn from equal parts of the step in turn, so that few rounds are spread as well
 * as many.
 *
 * @param rounds how many there will be of this kind
 * @returns undefined where this kind can't be had here
 */
export function breakOf(
  kind: Kind,
  round: number,
  rounds: number,
  { changes, seconds }: Pick<Undisturbed, "changes" | "seconds">,
  seed: number,
  step: string,
): Break | undefined {
  const random = randomStream(seed, "fault", step, kind, round);
  const place = (round + random.uniform()) / rounds;
  // Both at the same moment, or the second in the course of the first one's work.
  if (kind === "two at once") return { fault: "twice", seconds: round % 2 === 0 ? 0 : place * seconds };
  const change = Math.min(changes, 1 + Math.floor(place * changes));
  const byClock = changes === 0 || (kind !== "full disk" && round % 3 === 2);
  if (kind === "full disk") return changes === 0 ? undefined : { fault: "full", change };
  if (byClock) return { fault: kind === "kill -9" ? "kill" : "terminate", seconds: place * seconds };
  if (kind === "SIGTERM") return { fault: "terminate", change };
  return { fault: round % 3 === 0 ? "kill" : "torn", change };
}
