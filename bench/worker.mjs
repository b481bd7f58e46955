/** A contestant in a process of its own, which is handed tasks as lines of JSON and answers each with one. */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

/** Starts it and waits until it is ready; what it says of itself is `ready`. */
export async function startWorker(command, args, env = process.env) {
  const child = spawn(command, args, { stdio: ["pipe", "pipe", "inherit"], env });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error(`bench: ${command} ${args.join(" ")} ended before it answered`);
    return JSON.parse(value);
  };
  const { ready } = await answer();
  return {
    ready,
    ask(task) {
      child.stdin.write(`${JSON.stringify(task)}\n`);
      return answer();
    },
    end: () => child.stdin.end(),
  };
}
