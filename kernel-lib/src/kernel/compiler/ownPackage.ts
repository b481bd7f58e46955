import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The folder of the histobook package that this kernel belongs to. */
export const ownRoot = join(__dirname, "..", "..", "..");

interface Manifest {
  name: string;
  exports: Record<string, string | { types: string; default: string }>;
}

const { name, exports: entries } = JSON.parse(
  readFileSync(join(ownRoot, "package.json"), "utf8"),
) as Manifest;

/** The name by which notebooks import it. */
export const packageName = name;

/** Where our own declarations are, for TypeScript's `paths`: a notebook copied anywhere imports them. */
export function ownTypes(): Record<string, string[]> {
  const types: Record<string, string[]> = {};
  for (const [path, entry] of Object.entries(entries))
    if (typeof entry === "object") types[join(name, path)] = [join(ownRoot, entry.types)];
  return types;
}

/** The file to load for our own package's name or a sub-path of it; undefined for others. */
export function ownModule(id: string): string | undefined {
  const path = id === name ? "." : id.startsWith(`${name}/`) ? `.${id.slice(name.length)}` : undefined;
  const entry = path === undefined ? undefined : entries[path];
  if (entry === undefined) return undefined;
  return join(ownRoot, typeof entry === "object" ? entry.default : entry);
}
