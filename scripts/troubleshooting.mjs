// npm run troubleshooting: docs/troubleshooting.md from kernel-lib/help/messages.json, which the tests of bad input run.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { format, resolveConfig } from "prettier";

const repository = join(import.meta.dirname, "..");
const path = join(repository, "docs", "troubleshooting.md");

/** The page as it should be. */
export async function troubleshootingPage() {
  const pages = JSON.parse(readFileSync(join(repository, "kernel-lib", "help", "messages.json"), "utf8"));
  const kinds = pages.reduce((sum, { entries }) => sum + entries.length, 0);
  const intro = `# Troubleshooting

An error is one sentence: the file or option, what was **found**, what was **expected**, and what to do. The line below it names its
section here, e.g. \`More: histobook help masks\`; the command prints the same without a browser, and \`histobook help\` lists all sections.
Look for your sentence with your browser's search; STUDY stands for the study's folder and FOLDER for another one.

Exit status: 1 failed, 2 wrong usage and nothing begun, 3 done, but some inputs were passed over and named. Whatever the error, what
was made before stays whole: the tests bring about each of the ${kinds} sentences below on a real study and compare every file.`;
  const list = pages.map(({ topic }) => `[${topic}](#${topic})`).join(" · ");
  const sections = pages.map(
    ({ topic, about, entries }) => `## ${topic}\n\n${about}\n${entries.map(entryText).join("")}`,
  );
  const text = [intro, list, ...sections].join("\n\n");
  return format(text, { ...(await resolveConfig(path)), parser: "markdown" });
}

function entryText({ kind, message, run, status, why }) {
  return `\n### ${kind[0].toUpperCase()}${kind.slice(1)}\n\n\`\`\`text\n${message}\n\`\`\`\n\n${why}\n\nMet by \`${run.startsWith("checkPayload") || run.startsWith("show") ? run : `histobook ${run}`}\`, status ${status}.\n`;
}

if (process.argv[1] === import.meta.filename) writeFileSync(path, await troubleshootingPage());
