// What the reader sees while the set-up works: one line a step, and a sign of life during long ones.
const interactive = process.stdout.isTTY === true;
const secondsSince = (start) => Math.round((Date.now() - start) / 1000);

/**
 * The lines of a set-up of `total` steps.
 *
 * `step(name)` starts a step and returns `{working(what), note(text), done(result)}`.
 */
export function progressLines(total, write = (text) => process.stdout.write(text)) {
  let number = 0;
  return {
    step(name) {
      const title = `${String((number += 1)).padStart(String(total).length)}/${total} ${name}`;
      const start = Date.now();
      let timer;
      const stop = () => {
        clearInterval(timer);
        if (interactive && timer) write("\r\u001b[K");
        timer = undefined;
      };
      return {
        working(what) {
          stop();
          write(interactive ? `${title}: ${what} ...` : `${title}: ${what} ...\n`);
          const again = () =>
            write(
              interactive
                ? `\r\u001b[K${title}: ${what} ... ${secondsSince(start)} s`
                : `     ... ${secondsSince(start)} s\n`,
            );
          timer = setInterval(again, interactive ? 1000 : 15_000);
          timer.unref();
        },
        note(text) {
          stop();
          write(`     ${text}\n`);
        },
        done(result) {
          stop();
          const seconds = secondsSince(start);
          write(`${title}: ${result}${seconds > 1 ? ` (${seconds} s)` : ""}\n`);
        },
        stop,
      };
    },
  };
}
