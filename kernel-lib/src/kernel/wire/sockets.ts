/**
 * The sockets' thread: takes messages in and sends them out while the main thread may be busy with a cell, answers the
 * heartbeat, and interrupts the main thread.
 */
import { writeSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { parentPort, workerData } from "node:worker_threads";
import { Publisher, Reply, Router } from "zeromq";
import { messageOf } from "../../foundation/index.js";
import { SharedFlag, type Channel, type FromSockets, type SocketsData, type ToSockets } from "./channels.js";
import { addressOf, readConnection } from "./connection.js";
import { endMainThread } from "./endMainThread.js";
import { StreamMerger } from "./streamMerger.js";
import { decodeMessage, encodeMessage, type Message, type Outgoing, type Signing } from "./message.js";
import { watchParent } from "./watchParent.js";

/** Milliseconds in which the main thread must take an interrupt before it counts as caught in a loop. */
const patience = 150;
/** The same where the cell's work listens to its signal: one iteration of a training may take seconds. */
const listenersPatience = 10_000;
/** Milliseconds in which a shutdown must come through to the main thread, and then again to its end. */
const shutdownPatience = 2000;

const { connectionFile, session, flags } = workerData as SocketsData;
const shared = new Int32Array(flags);
const main = parentPort!;
const connection = readConnection(connectionFile);
const signing: Signing = {
  key: connection.key,
  hash: connection.signature_scheme.replace(/^hmac-/, ""),
  session,
};

// Nobody reads a router's queue when the client is gone: closing must not wait for it longer than this.
const options = { linger: 1000 };
const unlimited = { ...options, sendHighWaterMark: 0 };
const sockets = {
  shell: new Router(unlimited),
  control: new Router(unlimited),
  stdin: new Router(unlimited),
  iopub: new Publisher(unlimited),
};
const heartbeat = new Reply(options);
/** The last message's sending, by channel: a socket takes one message at a time. */
const sending = new Map<Channel, Promise<void>>();

/** The loops that take messages in, each until its socket is closed. */
let reading: Promise<void>[] = [];

let interrupts = 0;
let shuttingDown = false;

const streams = new StreamMerger((content, parentHeader) => {
  publish("stream", JSON.stringify(content), parentHeader);
});

function tell(news: FromSockets): void {
  main.postMessage(news);
}

function send(channel: Channel, message: Outgoing): void {
  const frames = encodeMessage(message, signing);
  const before = sending.get(channel);
  const send = () => sockets[channel].send(frames).catch(() => undefined);
  sending.set(channel, before ? before.then(send) : send());
}

async function receive(channel: Exclude<Channel, "iopub">): Promise<void> {
  for await (const frames of sockets[channel]) {
    let message: Message;
    try {
      message = decodeMessage(frames, signing);
    } catch (error) {
      // As ipykernel: what can't be trusted is not answered, and the kernel goes on.
      writeSync(2, `${messageOf(error)}\n`);
      continue;
    }
    const type = message.header.msg_type;
    if (channel === "control" && type === "interrupt_request") void interruptAndReply(message);
    else if (type === "shutdown_request") void shutDown(channel, message);
    else tell({ kind: "message", channel, message });
  }
}

async function beat(): Promise<void> {
  for await (const frames of heartbeat) await heartbeat.send(frames);
}

async function interruptAndReply(message: Message): Promise<void> {
  publishStatus("busy", message);
  await interrupt();
  send("control", {
    identities: message.identities,
    type: "interrupt_reply",
    parentHeader: message.header,
    metadata: "{}",
    content: '{"status":"ok"}',
    buffers: [],
  });
  publishStatus("idle", message);
}

/** Tells the main thread to interrupt; if it does not listen, because a loop holds it, ends what it runs. */
async function interrupt(): Promise<void> {
  const taken = Atomics.load(shared, SharedFlag.InterruptsTaken);
  const pending = () => Atomics.load(shared, SharedFlag.InterruptsTaken) === taken;
  tell({ kind: "interrupt", terminated: false });
  const mine = ++interrupts;
  for (let waited = 0; pending(); waited += 10) {
    // Who asks again does not want to wait.
    const listening =
      Atomics.load(shared, SharedFlag.Listening) === 1 && mine === interrupts && !shuttingDown;
    const enough = waited >= (listening ? listenersPatience : patience);
    if (enough && Atomics.load(shared, SharedFlag.Protected) === 0 && !isShuttingDown()) {
      // The first message waits behind the loop: this one is seen right after it, and says what happened.
      if (await endMainThread(shared)) tell({ kind: "interrupt", terminated: true });
      waited = 0;
    }
    await sleep(10);
  }
}

/** Whether the main thread has heard that it is to shut down. */
function isShuttingDown(): boolean {
  return Atomics.load(shared, SharedFlag.ShutdownTaken) === 1;
}

async function shutDown(channel: Exclude<Channel, "iopub">, message: Message): Promise<void> {
  shuttingDown = true;
  // The interrupt is for a main thread that does not listen; if it has torn apart the shutdown itself, that is told again.
  for (let attempt = 0; attempt < 2 && !isShuttingDown(); attempt++) {
    tell({ kind: "message", channel, message });
    await Promise.race([interrupt(), sleep(shutdownPatience)]);
  }
  await sleep(shutdownPatience);
  process.kill(process.pid, "SIGKILL");
}

/** Ends the kernel as a client's request does, so that a training leaves its snapshot; nobody is there to ask or to be told. */
function shutDownAlone(): void {
  const header = { msg_type: "shutdown_request", msg_id: "", session, username: "", date: "", version: "" };
  const content = { restart: false };
  void shutDown("control", { identities: [], header, parentHeader: {}, metadata: {}, content, buffers: [] });
}

function publishStatus(state: string, parent: Message): void {
  publish("status", JSON.stringify({ execution_state: state }), parent.header);
}

function publish(type: string, content: string, parentHeader: Outgoing["parentHeader"]): void {
  const identities = [Buffer.from(type)];
  send("iopub", { identities, type, parentHeader, metadata: "{}", content, buffers: [] });
}

async function close(): Promise<void> {
  await Promise.all(sending.values());
  for (const socket of [...Object.values(sockets), heartbeat]) socket.close();
  // zeromq ends the process with SIGABRT where a thread ends while one of its sockets still reads.
  await Promise.all(reading);
  Atomics.store(shared, SharedFlag.Flushed, 1);
  Atomics.notify(shared, SharedFlag.Flushed);
  main.close();
}

main.on("message", (order: ToSockets) => {
  if (order.kind === "stream") streams.add(order.stream);
  else streams.flush();
  if (order.kind === "send") send(order.channel, order.message);
  else if (order.kind === "drain") setImmediate(() => tell({ kind: "drained" }));
  else if (order.kind === "close") void close();
});

async function start(): Promise<void> {
  await Promise.all([
    sockets.shell.bind(addressOf(connection, connection.shell_port)),
    sockets.control.bind(addressOf(connection, connection.control_port)),
    sockets.stdin.bind(addressOf(connection, connection.stdin_port)),
    sockets.iopub.bind(addressOf(connection, connection.iopub_port)),
    heartbeat.bind(addressOf(connection, connection.hb_port)),
  ]);
  // A socket that is closed while it is read ends its loop.
  reading = [receive("shell"), receive("control"), receive("stdin"), beat()].map((loop) =>
    loop.catch(() => undefined),
  );
  publish("status", '{"execution_state":"starting"}', {});
  watchParent(shutDownAlone);
}

start().catch((error: unknown) => tell({ kind: "failed", reason: messageOf(error) }));
