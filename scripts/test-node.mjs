// npm run test:node -- 22 [PATHS]: the whole test suite on another Node.js, which comes from npm (package `node`).
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { npmCommand, run } from "./setup/child.mjs";
import { reportFailure, SetupFailure } from "./setup/failure.mjs";
import { requireNode } from "./setup/node-version.mjs";
import { ownFolder, repository } from "./setup/paths.mjs";

/** The program of a Node.js version such as 22 or 24.1.0, fetched where it is not there. */
async function nodeOf(version) {
  if (!/^\d+(\.\d+){0,2}$/.test(version ?? "")) {
    throw new SetupFailure({
      subject: "npm run test:node",
      found: version === undefined ? "no version" : `'${version}'`,
      expected: "a version of Node.js",
      fix: "run: npm run test:node -- 22",
    });
  }
  const folder = join(ownFolder, `node-${version}`);
  const ending = process.platform === "win32" ? ".exe" : "";
  const program = join(folder, "node_modules", "node", "bin", `node${ending}`);
  if (existsSync(program)) return program;
  const [npm, ...npmArguments] = npmCommand();
  const install = ["install", "--prefix", folder, "--no-audit", "--no-fund", `node@${version}`];
  const { ok, log } = await run("node", npm, [...npmArguments, ...install]);
  if (ok && existsSync(program)) return program;
  throw new SetupFailure({
    subject: "Node.js",
    found: `no package node@${version} that could be installed`,
    expected: program,
    fix: "see the log",
    log,
  });
}

async function main([version, ...paths]) {
  const program = await nodeOf(version);
  // npm's own variables name the Node that runs this script; whoever is started by name is to find the other one.
  const env = { ...process.env, PATH: `${dirname(program)}${delimiter}${process.env.PATH}` };
  delete env.npm_execpath;
  delete env.npm_node_execpath;
  const child = spawn(program, [join("scripts", "test.mjs"), ...paths], {
    cwd: repository,
    env,
    stdio: "inherit",
  });
  return new Promise((resolve) => child.once("exit", (status) => resolve(status ?? 1)));
}

requireNode();
main(process.argv.slice(2)).then(
  (status) => (process.exitCode = status),
  (error) => {
    reportFailure(error);
    process.exitCode = 1;
  },
);
