// npm run licences: docs/licences.md, the licence of every package that a user of histobook installs.
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { format, resolveConfig } from "prettier";

const repository = join(import.meta.dirname, "..");
const page = join(repository, "docs", "licences.md");

/** Licences under which histobook (MIT) may use a package as it is; LGPL, MPL and EPL ask for their own sources' changes alone. */
export const allowed = new Set([
  "0BSD",
  "Apache-2.0",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "CC-BY-4.0",
  "CC0-1.0",
  "EPL-2.0",
  "ISC",
  "LGPL-3.0-or-later",
  "MIT",
  "MPL-2.0",
  "OFL-1.1",
  "Unlicense",
  "Zlib",
]);

/** Packages whose package.json has the licence in an old form, or only as a file beside it that was read. */
const fromFile = new Map([["khroma", "MIT"]]);

/** Every package of the lockfile that is not for development alone: {name, version, licence}. */
export function productionPackages() {
  const { packages } = JSON.parse(readFileSync(join(repository, "package-lock.json"), "utf8"));
  return Object.entries(packages)
    .filter(([path, { dev, link }]) => path.startsWith("node_modules/") && !dev && !link)
    .map(([path, { version, license }]) => {
      const name = path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length);
      return { name, version, licence: license ?? licenceOf(path, name) };
    })
    .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : a.version < b.version ? -1 : 1));
}

/** What the package itself says, where the lockfile does not. */
function licenceOf(path, name) {
  const file = join(repository, path, "package.json");
  if (!existsSync(file)) return "unknown";
  const { license, licenses } = JSON.parse(readFileSync(file, "utf8"));
  const said = license ?? licenses?.map(({ type }) => type).join(" AND ");
  if (said) return typeof said === "string" ? said : said.type;
  const hasText = readdirSync(join(repository, path)).some((entry) => /^licen[cs]e/i.test(entry));
  return (hasText && fromFile.get(name)) || "unknown";
}

/** The single licences of an expression such as "(MPL-2.0 OR Apache-2.0)": one of each choice, all of each sum. */
export function isAllowed(expression) {
  const all = expression.replace(/[()]/g, "").split(" AND ");
  return all.every((part) => part.split(" OR ").some((one) => allowed.has(one.trim())));
}

/** The page as it should be. */
export async function licencesPage() {
  const packages = productionPackages();
  const counts = new Map();
  for (const { licence } of packages) counts.set(licence, (counts.get(licence) ?? 0) + 1);
  const byCount = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  const rows = packages.map(({ name, version, licence }) => `| ${name} | ${version} | ${licence} |`);
  const text = `# Licences of other packages

Made by \`npm run licences\` from package-lock.json: every package that comes with the library or the JupyterLab extension, for any
platform; what is used for development and tests alone is left out. A test refuses a licence that is not among those below. histobook
itself is under the MIT licence ([LICENSE](../LICENSE)); the sample images have their own
([kernel-lib/sample/README.md](../kernel-lib/sample/README.md)).

| licence | packages |
| --- | --- |
${byCount.map(([licence, count]) => `| ${licence} | ${count} |`).join("\n")}

| package | version | licence |
| --- | --- | --- |
${rows.join("\n")}
`;
  return format(text, { ...(await resolveConfig(page)), parser: "markdown" });
}

if (process.argv[1] === import.meta.filename) writeFileSync(page, await licencesPage());
