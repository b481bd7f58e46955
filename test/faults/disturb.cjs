/**
 * Loaded into a process by NODE_OPTIONS, in its worker threads too. DISTURB is
 *
 * - `thread:2`: each worker thread ends at once where it would give its second answer;
 * - `clock:3600`: from the 20th time on that anybody asks, the clock is an hour further; a negative number sets it back.
 */
const { isMainThread, MessagePort } = require("node:worker_threads");

const [what, number] = (process.env.DISTURB ?? "").split(":");

if (what === "thread" && !isMainThread) {
  const post = MessagePort.prototype.postMessage;
  let answers = 0;
  MessagePort.prototype.postMessage = function (...message) {
    if (++answers === Number(number)) process.exit(7);
    return post.apply(this, message);
  };
}

if (what === "clock") {
  const RealDate = Date;
  const realNow = Date.now;
  let asked = 0;
  const now = () => realNow() + (++asked >= 20 ? 1000 * Number(number) : 0);
  globalThis.Date = class extends RealDate {
    constructor(...parts) {
      if (parts.length === 0) super(now());
      else super(...parts);
    }
    static now = now;
  };
}
