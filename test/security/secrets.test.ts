/** Passwords and tokens that a program is given reach no message, no log and no file. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { run, runJson } from "../cli/command.js";
import { serve } from "../fetch/badServer.js";
import { newFolder } from "../study/pictures.js";

const secret = "s3cr3t-w0rd";

/** All that was said and written. */
function everything(folder: string, ...texts: string[]): string {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  return [
    ...texts,
    ...files.map(({ parentPath, name }) => readFileSync(join(parentPath, name), "utf8")),
  ].join("\n");
}

test("an address with a name and a password is said without them, in text and as JSON", async () => {
  const folder = newFolder();
  const { url } = await serve((_, response) => response.writeHead(403).end());
  const address = url.replace("http://", `http://me:${secret}@`);
  const args = ["fetch", join(folder, "study"), "--url", `${address}?token=${secret}`];
  const text = await run(args);
  const json = await runJson(args);
  expect([text.status, json.status]).toEqual([1, 1]);
  expect(text.errors).toContain("127.0.0.1");
  expect(everything(folder, text.errors, text.out, json.out, json.errors)).not.toContain(secret);
});

test("a proxy's password is in no error, and no token of the environment in doctor's words", async () => {
  const folder = newFolder();
  const env = {
    ...process.env,
    http_proxy: `http://me:${secret}@127.0.0.1:9`,
    HTTP_PROXY: `http://me:${secret}@127.0.0.1:9`,
    no_proxy: "",
    NO_PROXY: "",
    JUPYTER_TOKEN: secret,
    AWS_SECRET_ACCESS_KEY: secret,
  };
  const fetched = await run(["fetch", join(folder, "study"), "--url", "http://example.invalid/epi.tgz"], {
    env,
  });
  expect(fetched.status).toBe(1);
  const doctor = await runJson(["doctor"], { env });
  expect(everything(folder, fetched.errors, fetched.out, doctor.out, doctor.errors)).not.toContain(secret);
});
