// npm run audit: known weaknesses of the packages that a user installs, by npm audit and pip-audit; ends with 1 at a high one.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { npmCommand, run } from "./setup/child.mjs";
import { ownFolder, repository } from "./setup/paths.mjs";
import { chooseEnvironment, findPython, layoutOf } from "./setup/python-environment.mjs";

/** Findings that can't be mended here, with the reason: {id, reason}. docs/security.md lists them. */
const accepted = new Map([]);

/** A program's words, whatever its status: both tools end with 1 where they find something. */
const heard = (program, args, options = {}) =>
  spawnSync(program, args, { encoding: "utf8", timeout: 600_000, ...options });

/** @returns {{asked: boolean, findings: {id: string, package: string, severity: string, title: string}[], words: string}} */
function npmFindings() {
  const [npm, ...first] = npmCommand();
  const { stdout } = heard(npm, [...first, "audit", "--omit=dev", "--json"], { cwd: repository });
  const report = parsed(stdout);
  if (!report?.vulnerabilities) return unheard("npm audit", report?.message ?? "no answer");
  const findings = Object.values(report.vulnerabilities).flatMap(({ via }) =>
    via
      .filter((one) => typeof one === "object")
      .map(({ url, name, severity, title }) => ({
        id: url?.split("/").at(-1) ?? title,
        package: name,
        severity,
        title,
      })),
  );
  return { asked: true, findings, words: "npm audit" };
}

async function pipFindings() {
  const tool = layoutOf(join(ownFolder, "audit"));
  mkdirSync(ownFolder, { recursive: true });
  const program = join(tool.bin, "pip-audit");
  if (!existsSync(program)) {
    const { command, args } = findPython();
    await run("audit", command, [...args, "-m", "venv", tool.prefix]);
    await run("audit", tool.python, ["-m", "pip", "install", "--quiet", "pip-audit"]);
  }
  if (!existsSync(program)) return unheard("pip-audit", "it could not be installed");
  const { python } = chooseEnvironment();
  const where = heard(python, ["-c", "import sysconfig; print(sysconfig.get_paths()['purelib'])"]);
  const { stdout, stderr } = heard(program, [
    "--path",
    where.stdout.trim(),
    "--format",
    "json",
    "--progress-spinner",
    "off",
  ]);
  const report = parsed(stdout);
  if (!report) return unheard("pip-audit", stderr.trim().split("\n").at(-1) || "no answer");
  const passedOver = report.dependencies.filter(({ skip_reason: reason }) => reason);
  if (passedOver.length === report.dependencies.length)
    return unheard("pip-audit", passedOver[0]?.skip_reason ?? "no package");
  for (const { skip_reason: reason } of passedOver) console.log(`pip-audit passed over: ${reason}`);
  const findings = report.dependencies.flatMap(({ name, vulns = [] }) =>
    // pip-audit tells no severity, so that each counts as high.
    vulns.map(({ id, fix_versions }) => ({
      id,
      package: name,
      severity: "high",
      title: `mended in ${fix_versions.join(", ") || "no version yet"}`,
    })),
  );
  return { asked: true, findings, words: "pip-audit" };
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const unheard = (words, reason) => ({ asked: false, findings: [], words: `${words}: ${reason}` });

let failed = false;
for (const { asked, findings, words } of [npmFindings(), await pipFindings()]) {
  if (!asked) {
    console.log(`${words}; nobody was asked, and nothing is known.`);
    failed = true;
    continue;
  }
  const open = findings.filter(({ id, severity }) => /^(high|critical)$/.test(severity) && !accepted.has(id));
  console.log(`${words}: ${findings.length} findings, ${open.length} of them high and not accepted.`);
  for (const { id, package: name, severity, title } of findings)
    console.log(
      `  ${name} ${id} (${severity}): ${title}${accepted.has(id) ? `; accepted: ${accepted.get(id)}` : ""}`,
    );
  failed ||= open.length > 0;
}
process.exitCode = failed ? 1 : 0;
