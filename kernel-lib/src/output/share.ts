import { HistobookError } from "../foundation/index.js";
import type { Job } from "./jobs.js";

/**
 * The part of the work that one of several processes does: `3/10` is every tenth image, from the third on. All parts together
 * are all images, and none is in two.
 *
 * @throws HistobookError `BadOption`.
 */
export function shareOf(jobs: readonly Job[], share: string | undefined): Job[] {
  if (share === undefined) return [...jobs];
  const [part, of] = partsOf(share);
  let index = 0;
  return jobs
    .map((job) => ({
      ...job,
      cases: job.cases.filter(() => index++ % of === part - 1),
      // What can't be used is named once.
      problems: part === 1 ? job.problems : [],
    }))
    .filter(({ cases, problems }) => cases.length + problems.length > 0);
}

function partsOf(share: string): [part: number, of: number] {
  const [part, of] = /^([1-9]\d*)\/([1-9]\d*)$/.exec(share)?.slice(1).map(Number) ?? [2, 1];
  if (part <= of) return [part, of];
  throw new HistobookError("BadOption", {
    subject: "--share",
    found: `'${share}'`,
    expected: "a part and how many there are, such as 3/10",
    fix: "give another value",
  });
}
