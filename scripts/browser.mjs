// The browser in which the extension's tests run: the one that CHROMIUM_PATH names, else one on PATH, else Debian's.
import { execFileSync } from "node:child_process";
import { accessSync, constants, existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { pathToFileURL } from "node:url";

const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];
const usualPlaces = [
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
];

/** The first program of these names on PATH, or undefined. */
export function onPath(programs, path = process.env.PATH ?? "") {
  for (const folder of path.split(delimiter).filter(Boolean)) {
    for (const program of programs) {
      for (const suffix of process.platform === "win32" ? [".exe", ".cmd"] : [""]) {
        const candidate = join(folder, program + suffix);
        try {
          accessSync(candidate, constants.X_OK);
          return candidate;
        } catch {
          // Not here: the next folder may have it.
        }
      }
    }
  }
  return undefined;
}

const mayInstall = () => process.getuid?.() === 0 && onPath(["apt-get"]) !== undefined;

function installWithApt() {
  const options = {
    stdio: ["ignore", "ignore", "pipe"],
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
  };
  const install = ["install", "-y", "--no-install-recommends", "chromium"];
  try {
    execFileSync("apt-get", install, options);
  } catch {
    execFileSync("apt-get", ["update"], options); // A fresh machine has no lists of packages yet.
    execFileSync("apt-get", install, options);
  }
}

/**
 * The path of a Chromium or Chrome. Installs Debian's chromium where there is none and the user is root on a machine
 * with apt-get, unless `install` is false.
 *
 * @throws Error, one sentence, when there is none and none can be installed
 */
export function findBrowser({ install = true, env = process.env } = {}) {
  const named = env.CHROMIUM_PATH;
  if (named) {
    if (existsSync(named)) return named;
    throw new Error(
      `CHROMIUM_PATH: found no file at ${named}, expected a Chromium or Chrome; correct or unset it.`,
    );
  }
  const found = onPath(names, env.PATH) ?? usualPlaces.find((place) => existsSync(place));
  if (found) return found;
  if (install && mayInstall()) {
    installWithApt();
    const installed = onPath(names, env.PATH);
    if (installed) return installed;
  }
  throw new Error(
    "browser: found no Chromium or Chrome, expected one on PATH or in CHROMIUM_PATH; run: apt-get install chromium",
  );
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    console.log(findBrowser());
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
