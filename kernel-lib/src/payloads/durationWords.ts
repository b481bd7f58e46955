/**
 * A time in the unit that people would say it in.
 *
 * @example
 * [4.2, 70, 200, 9000, 200_000].map(durationWords); // => ["5 s", "1 min 10 s", "4 min", "2 h 30 min", "2 days 8 h"]
 */
export function durationWords(seconds: number): string {
  if (seconds < 60) return `${Math.ceil(seconds)} s`;
  if (seconds < 180) return two(Math.ceil(seconds), 60, "min", "s");
  const minutes = Math.ceil(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  if (minutes < 24 * 60) return two(minutes, 60, "h", "min");
  return two(Math.ceil(minutes / 60), 24, "days", "h");
}

function two(value: number, base: number, large: string, small: string): string {
  const whole = Math.floor(value / base);
  const word = whole === 1 ? large.replace(/days/, "day") : large;
  return value % base === 0 ? `${whole} ${word}` : `${whole} ${word} ${value % base} ${small}`;
}
