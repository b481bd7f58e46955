/**
 * A small discrete-event simulation of a cluster: arrays of tasks, each task on a node of its own, an array after the arrays that it
 * depends on. A pure function of its arguments.
 */

/**
 * Simulates a scheduler that gives a free node the first task in the order of the arrays that may begin.
 *
 * @param arrays {name, tasks: seconds of each, after: names of the arrays whose tasks all end before (none), atOnce: how many of its
 * tasks may run at the same time (all)}; `after` names earlier arrays
 * @param nodes how many there are, each with one task at a time
 * @param delay seconds for which a node belongs to a task before the task's own work begins
 * @returns {makespan, nodeSeconds, arrays: {name, begin, end}}, in seconds; nodeSeconds counts nodes while they belong to a task
 */
export function simulate(arrays, { nodes, delay = 0 }) {
  if (!(Number.isInteger(nodes) && nodes > 0))
    throw new RangeError(`found ${nodes} nodes, expected a whole number above 0`);
  const states = arrays.map(({ name, tasks, after = [], atOnce = Infinity }) => ({
    name,
    tasks,
    after,
    atOnce,
    next: 0,
    running: 0,
    done: 0,
    begin: null,
    end: null,
  }));
  const stateOf = (name) => states.find((state) => state.name === name);
  // One without tasks still waits for those before it.
  const isDone = ({ done, tasks, after }) =>
    done === tasks.length && after.every((name) => isDone(stateOf(name)));
  const mayStart = (state) =>
    state.next < state.tasks.length &&
    state.running < state.atOnce &&
    state.after.every((name) => isDone(stateOf(name)));
  const ends = new Heap();
  let now = 0;
  let nodeSeconds = 0;
  for (;;) {
    let state;
    while (ends.size < nodes && (state = states.find(mayStart))) {
      const seconds = delay + state.tasks[state.next++];
      state.running++;
      state.begin ??= now;
      nodeSeconds += seconds;
      ends.push({ time: now + seconds, state });
    }
    if (ends.size === 0) break;
    const { time, state: ended } = ends.pop();
    now = time;
    ended.running--;
    ended.done++;
    if (isDone(ended)) ended.end = now;
  }
  for (const state of states)
    if (state.tasks.length === 0) state.end = Math.max(0, ...state.after.map((name) => stateOf(name).end));
  return { makespan: now, nodeSeconds, arrays: states.map(({ name, begin, end }) => ({ name, begin, end })) };
}

/** The parts' sums when the items are dealt out as `histobook output --share` does: part n of N has every N-th item, from the n-th on. */
export function dealt(items, parts) {
  const sums = new Array(Math.min(parts, items.length)).fill(0);
  items.forEach((item, i) => (sums[i % sums.length] += item));
  return sums;
}

/** What ends first comes out first. */
class Heap {
  #events = [];

  get size() {
    return this.#events.length;
  }

  push(event) {
    const events = this.#events;
    let place = events.push(event) - 1;
    while (place > 0) {
      const above = (place - 1) >> 1;
      if (events[above].time <= event.time) break;
      events[place] = events[above];
      place = above;
    }
    events[place] = event;
  }

  pop() {
    const events = this.#events;
    const [first] = events;
    const last = events.pop();
    if (events.length === 0) return first;
    let place = 0;
    for (;;) {
      let below = 2 * place + 1;
      if (below + 1 < events.length && events[below + 1].time < events[below].time) below++;
      if (below >= events.length || events[below].time >= last.time) break;
      events[place] = events[below];
      place = below;
    }
    events[place] = last;
    return first;
  }
}
