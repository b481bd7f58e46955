import type { Browser, Page } from "playwright-core";

/** The main thread's work in each frame of a scene, in milliseconds, and how long the scene took. */
export interface Frames {
  work: number[];
  seconds: number;
}

interface TraceEvent {
  name: string;
  ph: string;
  pid: number;
  tid: number;
  /** Microseconds. */
  ts: number;
  dur?: number;
  args?: { name?: string };
}

/** The name of the mark with which each frame begins. */
const frameMark = "histobook-frame";

/**
 * Plays a scene, one step a frame, and sums what the page's main thread does in each: scripts, layout, painting, and whatever
 * else JupyterLab does meanwhile. What the compositor and other processes do is not the main thread's.
 *
 * @param step runs in the page: changes something, given the number of the step
 */
export async function traceFrames(
  browser: Browser,
  page: Page,
  steps: number,
  step: (index: number) => void,
): Promise<Frames> {
  await browser.startTracing(page, { categories: ["toplevel", "blink.user_timing", "__metadata"] });
  // As text: the step is a function of the page's.
  await page.evaluate(`(async () => {
    const act = ${step.toString()};
    const frame = () => new Promise(requestAnimationFrame);
    await frame();
    for (let index = 0; index < ${steps}; index++) {
      performance.mark("${frameMark}");
      act(index);
      await frame();
    }
    performance.mark("${frameMark}");
  })()`);
  const trace = JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: TraceEvent[] };
  return framesOf(trace.traceEvents);
}

function framesOf(events: readonly TraceEvent[]): Frames {
  const marks = events.filter(({ name, ph }) => name === frameMark && ph !== "e");
  const { pid } = marks[0];
  const main = events.find(
    (event) => event.pid === pid && event.name === "thread_name" && event.args?.name === "CrRendererMain",
  );
  const times = marks.map(({ ts }) => ts).sort((one, other) => one - other);
  const tasks = events.filter(
    (event) =>
      event.pid === pid && event.tid === main?.tid && event.ph === "X" && event.name.endsWith("RunTask"),
  );
  if (tasks.length === 0) throw new Error("the trace holds no task of the page's main thread");
  const work = new Array<number>(times.length - 1).fill(0);
  for (const { ts, dur = 0 } of tasks) {
    // A task that spans a mark is divided between its frames.
    for (let frame = 0; frame < work.length; frame++) {
      const shared = Math.min(ts + dur, times[frame + 1]) - Math.max(ts, times[frame]);
      if (shared > 0) work[frame] += shared / 1000;
    }
  }
  return { work, seconds: (times.at(-1)! - times[0]) / 1e6 };
}
