import type * as compilerModule from "../compiler/compiler.js";
import type { Compiler } from "../compiler/compiler.js";
import { ownModule, packageName } from "../compiler/ownPackage.js";
import type { Wire } from "../wire/wire.js";

/** Milliseconds without a front end's greeting after which the compiler is loaded: some greet several times. */
const calm = 250;

/** Loads what the first cells need: when they need it, or before, while nothing else is to be done. */
export class Preparation {
  private loadedCompiler?: Compiler;
  private warming?: NodeJS.Timeout;

  /**
   * @param isBusy whether a cell runs
   * @param compilerLoaded called once
   */
  constructor(
    private readonly wire: Wire,
    private readonly isBusy: () => boolean,
    private readonly compilerLoaded: () => void,
  ) {}

  /** A front end must be answered before this is first asked for: it takes a second. */
  get compiler(): Compiler {
    if (!this.loadedCompiler) {
      const { Compiler } = require("../compiler/compiler.js") as typeof compilerModule;
      this.loadedCompiler = new Compiler((work) => this.wire.protect(work));
      this.loadedCompiler.warm();
      this.compilerLoaded();
    }
    return this.loadedCompiler;
  }

  /** An interrupt in the middle would leave modules that are half there. */
  loadOwn(path: string): unknown {
    return this.wire.protect(() => require(path) as unknown);
  }

  /** A front end has greeted: then there is time until the first cell. */
  greeted(): void {
    clearTimeout(this.warming);
    this.warming = setTimeout(() => this.warm(), calm);
  }

  private warm(): void {
    this.compiler.warm();
    // Most notebooks import the library: what that costs is paid before, unless a cell is there already.
    setImmediate(() => {
      const library = ownModule(packageName);
      if (!this.isBusy() && library !== undefined) this.loadOwn(library);
    });
  }
}
