/** What docs/teaching.md promises of files that can't be run here: the container, Binder, the set-up without a network. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { pythonPackages, tensorflow } from "../../scripts/setup/pins.mjs";

const repository = join(__dirname, "..", "..");
const read = (name: string): string => readFileSync(join(repository, name), "utf8");
const scripts = Object.keys((JSON.parse(read("package.json")) as { scripts: object }).scripts);

/** A Dockerfile's instructions, each with what it is given; lines that go on are joined. */
const instructions = read("scripts/Dockerfile")
  .replace(/\\\n\s*/g, "")
  .split("\n")
  .filter((line) => line !== "" && !line.startsWith("#"))
  .map((line) => /^(\w+) (.*)$/.exec(line)!.slice(1));
const given = (name: string): string[] =>
  instructions.filter(([instruction]) => instruction === name).map(([, text]) => text);

test("the container is the README's two commands: the sources, and npm start", () => {
  expect(read("README.md")).toMatch(/git clone <this repository> && cd histobook\nnpm start\n/);
  expect(given("COPY")).toEqual(["--chown=1000:1000 . ."]);
  expect(given("RUN").slice(1)).toEqual(["npm run setup"]);
  const command = JSON.parse(given("CMD")[0]) as string[];
  expect(command.slice(0, 3)).toEqual(["npm", "start", "--"]);
  expect(scripts).toEqual(expect.arrayContaining(["start", "setup"]));
  expect(given("EXPOSE")[0]).toBe(/--port=(\d+)/.exec(command.join(" "))![1]);
});

test("nothing of ours is run as root in it", () => {
  const names = instructions.map(([name]) => name);
  const user = names.indexOf("USER");
  expect(given("USER")).toEqual(["1000"]);
  expect(user).toBeLessThan(names.indexOf("COPY"));
  // Before it there is nothing but Debian's packages and the folder.
  expect(names.slice(0, user)).toEqual(["FROM", "RUN"]);
  expect(given("RUN")[0]).toContain("install --directory --owner=1000");
});

test("it takes the Node of environment.yml, and leaves out what git leaves out", () => {
  const [, node] = /nodejs=(\d+)/.exec(read("environment.yml"))!;
  expect(given("FROM")[0]).toMatch(new RegExp(`^node:${node}-`));
  const left = read("scripts/Dockerfile.dockerignore").split("\n");
  for (const made of ["**/node_modules", "**/dist", ".venv", ".histobook", ".git"])
    expect(left).toContain(made);
});

test("Binder finds its files where it looks, and they are the set-up", () => {
  // Each of these at the top level would be taken in place of environment.yml.
  for (const hiding of ["binder", ".binder", "Dockerfile", "requirements.txt"])
    expect(existsSync(join(repository, hiding))).toBe(false);
  expect(read("postBuild").trimEnd().split("\n").at(-1)).toBe("npm run setup");
});

test("the teacher's page names the versions of the set-up, and files and commands that are there", () => {
  const page = read("docs/teaching.md");
  for (const [name, version] of Object.entries(pythonPackages)) expect(page).toContain(`${name}==${version}`);
  expect(page).toContain(`tensorflow-cpu==${tensorflow}`);
  for (const [, command] of page.matchAll(/npm run ([\w:]+)/g)) expect(scripts).toContain(command);
  for (const [path] of page.matchAll(/scripts\/[\w./-]+\w/g))
    expect(existsSync(join(repository, path))).toBe(true);
  for (const [, variable] of page.matchAll(/`(HISTOBOOK_(?:HUB_\w+|LEARNERS))`/g))
    expect(read("scripts/jupyter/jupyterhub_config.py")).toContain(`"${variable}"`);
});
