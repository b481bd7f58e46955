/** Runs two contestants in turn, so that a slow minute of the machine hits both, and keeps each one's best. */
export async function alternate(rounds, ours, theirs) {
  const best = { ours: Infinity, theirs: Infinity };
  for (let round = 0; round < rounds; round++) {
    best.ours = Math.min(best.ours, await ours());
    best.theirs = Math.min(best.theirs, await theirs());
  }
  return best;
}

/** Three figures that matter. */
export function rounded(value) {
  return Number(value.toPrecision(3));
}
