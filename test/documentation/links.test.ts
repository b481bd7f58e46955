/** Every link within the repository's texts leads somewhere: to a file that is there, and to a heading that it has. */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, test } from "vitest";

const root = resolve(__dirname, "../..");

/** Texts that git knows or would add, without pictures of the tests' own and copies. */
const texts = execFileSync(
  "git",
  ["ls-files", "--cached", "--others", "--exclude-standard", "*.md", "*.ipynb"],
  {
    cwd: root,
    encoding: "utf8",
  },
)
  .split("\n")
  .filter((file) => file !== "" && existsSync(join(root, file)) && !file.startsWith("test/fixtures/"))
  .sort();

interface Cell {
  cell_type: string;
  source: string | string[];
}

/** A text as Markdown: of a notebook, its cells of text. */
function markdownOf(file: string): string {
  const text = readFileSync(file, "utf8");
  if (!file.endsWith(".ipynb")) return text;
  return (JSON.parse(text) as { cells: Cell[] }).cells
    .filter(({ cell_type }) => cell_type === "markdown")
    .map(({ source }) => (Array.isArray(source) ? source.join("") : source))
    .join("\n\n");
}

/** What is code is no link. */
function withoutCode(markdown: string): string {
  return markdown.replace(/^```[\s\S]*?^```$/gm, "").replace(/`[^`\n]*`/g, "");
}

/** The anchors that GitHub, JupyterLab and VS Code give to headings, and those written by hand. */
function anchorsOf(markdown: string): Set<string> {
  const anchors = new Set<string>();
  for (const [, heading] of markdown.replace(/^```[\s\S]*?^```$/gm, "").matchAll(/^#{1,6} +(.+?)\s*#*$/gm)) {
    const plain = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1");
    const anchor = plain
      .toLowerCase()
      .replace(/[^\p{L}\p{N}_\- ]/gu, "")
      .replace(/ /g, "-");
    let unique = anchor;
    for (let n = 1; anchors.has(unique); n++) unique = `${anchor}-${n}`;
    anchors.add(unique);
  }
  for (const [, name] of markdown.matchAll(/<a (?:id|name)="([^"]+)"/g)) anchors.add(name);
  return anchors;
}

/** Where links and pictures lead. */
function linksOf(markdown: string): string[] {
  const text = withoutCode(markdown);
  const inline = [...text.matchAll(/\]\(<?([^)\s>]+)>?(?: "[^"]*")?\)/g)];
  const defined = [...text.matchAll(/^\[[^\]]+\]: +(\S+)/gm)];
  const written = [...text.matchAll(/<(?:img|a)\s[^>]*?(?:src|href)="([^"]+)"/g)];
  return [...inline, ...defined, ...written].map(([, link]) => link);
}

/** What is wrong with a link; undefined when nothing is. */
function wrong(link: string, file: string): string | undefined {
  if (/^[a-z][a-z0-9+.-]*:/i.test(link) || link.startsWith("//")) return undefined;
  const [path, anchor] = decodeURI(link).split("#");
  const target = path === "" ? file : resolve(dirname(file), path);
  if (relative(root, target).startsWith("..")) return `${link}: leads out of the repository`;
  if (!existsSync(target)) return `${link}: no such file`;
  if (anchor === undefined || !/\.(md|ipynb)$/.test(target)) return undefined;
  return anchorsOf(markdownOf(target)).has(anchor.toLowerCase()) ? undefined : `${link}: no such heading`;
}

test("there are texts with links", () => {
  expect(texts).toContain("README.md");
  expect(texts).toContain("docs/glossary.md");
  expect(texts).toContain("notebooks/0-start-here.ipynb");
  expect(texts.flatMap((file) => linksOf(markdownOf(join(root, file)))).length).toBeGreaterThan(50);
});

test.each(texts)("the links of %s lead somewhere", (file) => {
  const path = join(root, file);
  const problems = linksOf(markdownOf(path)).flatMap((link) => wrong(link, path) ?? []);
  expect(problems).toEqual([]);
});

describe("the check of links", () => {
  const readme = join(root, "README.md");

  test("sees a file and a heading that are not there", () => {
    expect(wrong("docs/nothing.md", readme)).toBe("docs/nothing.md: no such file");
    expect(wrong("docs/glossary.md#nothing", readme)).toBe("docs/glossary.md#nothing: no such heading");
    expect(wrong("../elsewhere", readme)).toBe("../elsewhere: leads out of the repository");
    expect(wrong("docs/glossary.md#mean-image", readme)).toBeUndefined();
    expect(wrong("https://example.org/x", readme)).toBeUndefined();
  });

  test("finds links and headings as they are written", () => {
    const text =
      '[a](b.md) ![p](<c d.png>) `[no](no.md)` <img src="e.png">\n```\n[no](no.md)\n# No\n```\n# A: `b` *c*\n# A b c\n';
    expect(linksOf(text)).toEqual(["b.md", "e.png"]);
    expect([...anchorsOf(text)]).toEqual(["a-b-c", "a-b-c-1"]);
  });
});

describe("the glossary", () => {
  const headings = [...markdownOf(join(root, "docs/glossary.md")).matchAll(/^### (.+)$/gm)].map(
    ([, term]) => term,
  );

  test("has its terms once and in the order of the alphabet", () => {
    expect(headings.length).toBeGreaterThan(50);
    expect(headings).toEqual([...new Set(headings)].sort((a, b) => a.localeCompare(b, "en")));
  });

  test("is linked from every notebook", () => {
    const notebooks = texts.filter((file) => file.startsWith("notebooks/") && file.endsWith(".ipynb"));
    const without = notebooks.filter(
      (file) => !linksOf(markdownOf(join(root, file))).some((link) => link.includes("docs/glossary.md")),
    );
    expect([notebooks.length, without]).toEqual([6, []]);
  });

  test("and every page of the how-tos are linked from the README", () => {
    const linked = linksOf(markdownOf(join(root, "README.md")));
    const pages = texts.filter((file) => file.startsWith("docs/how-to/"));
    expect(["docs/glossary.md", ...pages].filter((page) => !linked.includes(page))).toEqual([]);
  });
});
