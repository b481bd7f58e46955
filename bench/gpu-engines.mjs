/** Which engines reach a GPU on this machine, each tried in a process of its own. */
import { spawnSync } from "node:child_process";

const code = `
  const { loadEngine } = await import("histobook");
  const answer = await loadEngine(process.argv[1]).then(
    ({ description }) => ({ description, reason: /SwiftShader|llvmpipe/.test(description) ? "the processor plays it" : "" }),
    ({ message }) => ({ description: "", reason: /\\(\\S+: (.*)\\), expected/.exec(message)?.[1] ?? message }),
  );
  console.log(JSON.stringify(answer));
  process.exit(0);
`;

/** @returns each engine's name, whether it works on a GPU here, what it is, and the reason where it does not. */
export function gpuEngines() {
  return ["tensorflow-gpu", "webgpu"].map((name) => {
    const options = { encoding: "utf8", cwd: import.meta.dirname };
    const { stdout, stderr } = spawnSync(
      process.execPath,
      ["--input-type=module", "-e", code, name],
      options,
    );
    const line = stdout.split("\n").find((one) => one.startsWith("{"));
    const { description, reason } = line
      ? JSON.parse(line)
      : { description: "", reason: stderr.trim().split("\n").at(-1) };
    return { name, description, works: reason === "", reason };
  });
}
