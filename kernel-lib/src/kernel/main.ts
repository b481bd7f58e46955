import { boundMemory } from "./boundMemory.js";
import { Kernel } from "./session/kernel.js";
import { openAsyncStack } from "./wire/asyncStack.js";
import { offerUnwinding } from "./wire/unwind.js";
import { Wire } from "./wire/wire.js";
import { messageOf } from "../foundation/index.js";

/**
 * Runs the kernel: `node bin/kernel.js CONNECTION_FILE`.
 *
 * The sockets are opened first; the compiler is loaded when the front end has had its first answer.
 */
export function main(argv: readonly string[]): void {
  const [connectionFile] = argv.slice(2);
  if (connectionFile === undefined) {
    process.stderr.write(
      "kernel.js: found no connection file, expected one as the argument; start it from Jupyter.\n",
    );
    process.exit(2);
  }
  const failed = (error: unknown): void => {
    process.stderr.write(`${messageOf(error)}\n`);
    process.exit(1);
  };
  boundMemory();
  const asyncStack = openAsyncStack();
  const wire = new Wire(
    connectionFile,
    {
      message: (channel, message) => kernel.message(channel, message),
      interrupt: (terminated) => {
        // Told of every interrupt, this is the first event after an end by force.
        asyncStack.settle();
        kernel.interrupt(terminated);
      },
    },
    failed,
  );
  const kernel = new Kernel(wire);
  offerUnwinding(wire.flags, asyncStack, () => wire.isProtected);
}
