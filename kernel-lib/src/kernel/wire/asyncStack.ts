/**
 * Node's record of whose asynchronous work calls whose, which V8 does not unwind when it ends JavaScript by force.
 *
 * Node checks afterwards that the record is empty, and ends the process where it is not. On Node 20 and 22 both the
 * record and the checks can be reached from here. Newer ones have no way to them; they are started with
 * `--no-force-async-hooks-checks` (see bin/kernel.js), and keep no such record for AsyncLocalStorage.
 */
export interface AsyncStack {
  /**
   * Empties the record and suspends the checks, before JavaScript is ended.
   *
   * Emptying alone is not enough: V8 ends JavaScript at its next look at what is asked of it, and what runs until then
   * may be Node's own code that writes the next entry.
   */
  loosen(): void;
  /** Empties the record and takes up the checks again, in the first event after the end; does nothing otherwise. */
  settle(): void;
}

/** What Node calls the binding's parts. */
interface AsyncWrap {
  clearAsyncIdStack(): void;
  async_hook_fields: Uint32Array;
  constants: Record<
    "kInit" | "kBefore" | "kAfter" | "kDestroy" | "kPromiseResolve" | "kTotals" | "kCheck",
    number
  >;
}

/** The main thread's record. */
export function openAsyncStack(): AsyncStack {
  const wrap = asyncWrap();
  if (!wrap) return { loosen() {}, settle() {} };
  const { async_hook_fields: fields, constants } = wrap;
  const checks = fields[constants.kCheck];
  let isLoose = false;
  return {
    loosen() {
      isLoose = true;
      fields[constants.kCheck] = 0;
      // Node checks while there are hooks at all; nothing but its checks looks at their sum.
      fields[constants.kTotals] = 0;
      wrap.clearAsyncIdStack();
    },
    settle() {
      if (!isLoose) return;
      isLoose = false;
      wrap.clearAsyncIdStack();
      const { kInit, kBefore, kAfter, kDestroy, kPromiseResolve } = constants;
      const hooks = [kInit, kBefore, kAfter, kDestroy, kPromiseResolve];
      fields[constants.kTotals] = hooks.reduce((sum, hook) => sum + fields[hook], 0);
      fields[constants.kCheck] = checks;
    },
  };
}

function asyncWrap(): AsyncWrap | undefined {
  const { binding } = process as unknown as { binding?: (name: string) => Partial<AsyncWrap> };
  const { noDeprecation } = process as { noDeprecation?: boolean };
  try {
    // The deprecation is known; there is no other way, and it must not stand in the first cell's output.
    Object.assign(process, { noDeprecation: true });
    const wrap = binding?.call(process, "async_wrap");
    return wrap?.clearAsyncIdStack && wrap.async_hook_fields && wrap.constants
      ? (wrap as AsyncWrap)
      : undefined;
  } catch {
    return undefined;
  } finally {
    Object.assign(process, { noDeprecation });
  }
}
