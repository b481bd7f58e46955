import { ChildProcess } from "node:child_process";

/** ChildProcess's own way to start, which its types leave out. */
interface Startable {
  spawn: (this: ChildProcess, options: unknown) => number;
}

/** The processes that cells have started and that still run: they end with the kernel. */
export class Children {
  private readonly running = new Set<ChildProcess>();

  constructor() {
    const { running } = this;
    const prototype = ChildProcess.prototype as unknown as Startable;
    const spawn = prototype.spawn;
    prototype.spawn = function (options) {
      running.add(this);
      this.once("exit", () => running.delete(this));
      return spawn.call(this, options);
    };
  }

  endAll(): void {
    for (const child of this.running) child.kill("SIGKILL");
  }
}
