/** A value that an option of the command line may have. */
export type OptionValue = string | number | boolean | readonly (string | number)[] | undefined;

/**
 * Writes options as the command `histobook` takes them; those that were not given are left out.
 *
 * @example
 * commandLineOptions({ perImage: 200, rotations: [0, 90], resume: true, shuffle: false, seed: undefined });
 * // => ["--per-image", "200", "--rotations", "0,90", "--resume", "--no-shuffle"]
 */
export function commandLineOptions(options: Readonly<Record<string, OptionValue>>): string[] {
  return Object.entries(options).flatMap(([name, value]) => {
    const dashed = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    if (value === undefined) return [];
    if (typeof value === "boolean") return [value ? `--${dashed}` : `--no-${dashed}`];
    return [`--${dashed}`, typeof value === "object" ? value.join(",") : String(value)];
  });
}
