// A server program of Jupyter's: started with its words in a log, waited for, ended.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { setTimeout as wait } from "node:timers/promises";

/** Milliseconds between two questions whether something is there. */
const pause = 200;

/** A running server program. */
export class Service {
  #log;
  #program;
  #ended;
  #isGone = false;

  /** @param log the file that takes what the program prints */
  constructor(command, args, { cwd, env, log }) {
    const output = openSync(log, "a");
    this.#log = log;
    this.#program = spawn(command, args, { cwd, env, stdio: ["ignore", output, output] });
    closeSync(output);
    this.#ended = once(this.#program, "exit").finally(() => (this.#isGone = true));
  }

  get pid() {
    return this.#program.pid;
  }

  /** What a question to the program answers, as soon as it answers at all; where it never will, the program is ended. */
  async whenAnswered(question) {
    for (;;) {
      if (this.#isGone) throw new Error(`the server has ended:\n${this.lastWords}`);
      try {
        return await question();
      } catch (error) {
        // Before its server is there, a proxy finds nothing (404) or nobody (503).
        if (error.status < 500 && error.status !== 404) {
          await this.stop();
          throw error;
        }
        await wait(pause);
      }
    }
  }

  /** The end of its log. */
  get lastWords() {
    return readFileSync(this.#log, "utf8").trim().split("\n").slice(-15).join("\n");
  }

  /** Ends the program, which ends what it has started. */
  async stop() {
    this.#program.kill("SIGTERM");
    await this.#ended;
  }
}

/** The first of so many ports in a row that nobody uses. */
export async function freePorts(count) {
  for (;;) {
    const first = await portIfFree(0);
    const others = await Promise.all(Array.from({ length: count - 1 }, (_, i) => portIfFree(first + 1 + i)));
    if (others.every((port) => port !== undefined)) return first;
  }
}

function portIfFree(port) {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(undefined));
    server.listen(port, "127.0.0.1", () => {
      const found = server.address().port;
      server.close(() => resolve(found));
    });
  });
}
