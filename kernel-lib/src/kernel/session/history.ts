import type { Json } from "../wire/message.js";

interface Entry {
  line: number;
  input: string;
  output: string | undefined;
}

/** UTF-16 units of results that are kept: a notebook that shows long texts must not fill the memory with them. */
const mostOutput = 1_000_000;

/** What was run in this session, as history_request asks for it. */
export class History {
  private readonly entries: Entry[] = [];
  private outputLength = 0;
  /** The first entry that may have its result still. */
  private oldest = 0;

  add(line: number, input: string): Entry {
    const entry = { line, input, output: undefined };
    this.entries.push(entry);
    return entry;
  }

  /** Keeps an entry's result; the oldest ones give way. */
  setOutput(entry: Entry, output: string | undefined): void {
    entry.output = output;
    this.outputLength += output?.length ?? 0;
    while (this.outputLength > mostOutput) {
      const { output: dropped } = this.entries[this.oldest];
      this.outputLength -= dropped?.length ?? 0;
      this.entries[this.oldest++].output = undefined;
    }
  }

  /** The code of the cell with this number. */
  inputOf(line: number): string | undefined {
    return this.entries[line - 1]?.input;
  }

  /** @param request the content of a history_request: a range, the tail, or a search with `*` and `?` */
  answer(request: Json): unknown[] {
    return this.chosen(request).map(({ line, input, output }) => [
      1,
      line,
      request.output === true ? [input, output ?? null] : input,
    ]);
  }

  private chosen({ hist_access_type: access, start, stop, n, pattern, unique, session }: Json): Entry[] {
    const last = typeof n === "number" ? n : this.entries.length;
    if (access === "range") {
      // 0 is the current session, which the kernel's only one is; there are no earlier ones.
      if (session !== undefined && session !== 0 && session !== 1) return [];
      const from = typeof start === "number" ? start : 0;
      const to = typeof stop === "number" ? stop : Infinity;
      return this.entries.filter(({ line }) => line >= from && line < to);
    }
    if (access === "tail") return this.entries.slice(Math.max(0, this.entries.length - last));
    const glob = typeof pattern === "string" ? pattern : "*";
    const expression = glob
      .replace(/[.+^${}()|[\]\\]/g, "\\$&")
      .replaceAll("*", "[\\s\\S]*")
      .replaceAll("?", "[\\s\\S]");
    let found = this.entries.filter(({ input }) => new RegExp(`^${expression}$`).test(input));
    if (unique === true) found = [...new Map(found.map((entry) => [entry.input, entry])).values()];
    return found.slice(Math.max(0, found.length - last));
  }
}
