/** A front end for tests: starts the kernel on real sockets, sends requests and collects what comes back. */
import { spawn, type ChildProcess } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stripVTControlCharacters as withoutColours } from "node:util";
import { Dealer, Request, Subscriber } from "zeromq";
import {
  decodeMessage,
  encodeMessage,
  type Json,
  type Message,
  type Signing,
} from "../../kernel-lib/dist/kernel/wire/message.js";

const program = join(__dirname, "..", "..", "kernel-lib", "bin", "kernel.js");
const channels = ["shell", "control", "stdin"] as const;
type Channel = (typeof channels)[number];

/** What one request has brought about. */
export interface Answer {
  /** The reply's content. */
  reply: Json;
  replyMessage: Message;
  /** All that was published for it, statuses and inputs left out. */
  outputs: { type: string; content: Json; message: Message }[];
  /** Its statuses in their order. */
  states: string[];
}

export interface SendOptions {
  channel?: Channel;
  metadata?: Json;
  buffers?: Uint8Array[];
}

async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer().listen(0, "127.0.0.1");
      await once(server, "listening");
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((closed) => server.close(closed))));
  return ports;
}

/** A running kernel and its one client. */
export class TestKernel {
  readonly published: Message[] = [];
  readonly replies: Message[] = [];
  /** What the kernel's process has written to its own standard error. */
  log = "";
  private readonly watchers = new Set<() => void>();

  private constructor(
    readonly process: ChildProcess,
    readonly folder: string,
    private readonly signing: Signing,
    private readonly sockets: Record<Channel, Dealer>,
    private readonly iopub: Subscriber,
    readonly heartbeat: Request,
  ) {}

  /**
   * `HISTOBOOK_TEST_NODE` names another Node to run the kernel.
   *
   * @param folder the notebook's; a new empty one by default
   */
  static async start(
    folder = mkdtempSync(join(tmpdir(), "histobook-kernel-")),
    {
      node = process.env.HISTOBOOK_TEST_NODE ?? process.execPath,
      env = {},
    }: { node?: string; env?: NodeJS.ProcessEnv } = {},
  ): Promise<TestKernel> {
    const [shell, iopub, stdin, control, hb] = await freePorts(5);
    const key = randomUUID();
    const connection = join(mkdtempSync(join(tmpdir(), "histobook-connection-")), "connection.json");
    writeFileSync(
      connection,
      JSON.stringify({
        transport: "tcp",
        ip: "127.0.0.1",
        shell_port: shell,
        iopub_port: iopub,
        stdin_port: stdin,
        control_port: control,
        hb_port: hb,
        key,
        signature_scheme: "hmac-sha256",
      }),
    );
    const child = spawn(node, [program, connection], {
      cwd: folder,
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const identity = randomUUID();
    const connect = <S extends Dealer | Subscriber | Request>(socket: S, port: number): S => {
      socket.connect(`tcp://127.0.0.1:${port}`);
      return socket;
    };
    const kernel = new TestKernel(
      child,
      folder,
      { key, hash: "sha256", session: randomUUID() },
      {
        shell: connect(new Dealer({ routingId: identity, linger: 0 }), shell),
        control: connect(new Dealer({ routingId: identity, linger: 0 }), control),
        stdin: connect(new Dealer({ routingId: identity, linger: 0 }), stdin),
      },
      connect(new Subscriber({ linger: 0 }), iopub),
      connect(new Request({ linger: 0 }), hb),
    );
    child.stderr.on("data", (text: Buffer) => (kernel.log += text.toString()));
    kernel.iopub.subscribe();
    void kernel.collect(kernel.iopub, kernel.published);
    for (const channel of channels) void kernel.collect(kernel.sockets[channel], kernel.replies);
    // The subscription may take effect after the first messages.
    for (;;) {
      const { states } = await kernel
        .request("kernel_info_request", {}, {}, 1000)
        .catch(() => ({ states: [] }));
      if (states.length === 2) return kernel;
      if (child.exitCode !== null) throw new Error(`the kernel has ended: ${kernel.log}`);
    }
  }

  /** Sends a message; returns its id. */
  send(
    type: string,
    content: Json,
    { channel = "shell", metadata = {}, buffers = [] }: SendOptions = {},
  ): string {
    const frames = encodeMessage(
      {
        identities: [],
        type,
        parentHeader: {},
        metadata: JSON.stringify(metadata),
        content: JSON.stringify(content),
        buffers,
      },
      this.signing,
    );
    void this.sockets[channel].send(frames);
    return (JSON.parse(Buffer.from(frames[2]).toString()) as { msg_id: string }).msg_id;
  }

  /** Sends a request and waits for its reply and its idle. */
  async request(
    type: string,
    content: Json = {},
    options: SendOptions = {},
    patience = 60_000,
  ): Promise<Answer> {
    return this.answer(this.send(type, content, options), patience);
  }

  /** Runs a cell. */
  async execute(code: string, content: Json = {}): Promise<Answer> {
    return this.answer(this.sendCell(code, content));
  }

  /** Sends a cell without waiting for it. */
  sendCell(code: string, content: Json = {}): string {
    return this.send("execute_request", { code, ...content });
  }

  /** The reply and the outputs of a message, once both are complete. */
  async answer(id: string, patience = 60_000): Promise<Answer> {
    const reply = () =>
      this.replies.find(
        (message) => message.parentHeader.msg_id === id && !/^input/.test(message.header.msg_type),
      );
    await this.until(() => reply() !== undefined && this.statesOf(id).includes("idle"), patience, id);
    return {
      reply: reply()!.content,
      replyMessage: reply()!,
      outputs: this.outputsOf(id),
      states: this.statesOf(id),
    };
  }

  outputsOf(id: string): Answer["outputs"] {
    return this.publishedFor(id)
      .filter(({ header }) => !["status", "execute_input"].includes(header.msg_type))
      .map((message) => ({ type: message.header.msg_type, content: message.content, message }));
  }

  publishedFor(id: string): Message[] {
    return this.published.filter(({ parentHeader }) => parentHeader.msg_id === id);
  }

  private statesOf(id: string): string[] {
    return this.publishedFor(id)
      .filter(({ header }) => header.msg_type === "status")
      .map(({ content }) => String(content.execution_state));
  }

  /** Waits until something that came in makes a condition true. */
  async until(condition: () => boolean, patience = 60_000, what = condition.toString()): Promise<void> {
    const end = Date.now() + patience;
    while (!condition()) {
      if (Date.now() > end) throw new Error(`waited in vain for ${what}; ${this.log}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 50);
        const watcher = () => {
          clearTimeout(timer);
          this.watchers.delete(watcher);
          resolve();
        };
        this.watchers.add(watcher);
      });
    }
  }

  /** Asks the kernel to end, and waits for it. */
  async shutdown(restart = false): Promise<Answer["reply"]> {
    const id = this.send("shutdown_request", { restart }, { channel: "control" });
    await this.until(() => this.replies.some(({ parentHeader }) => parentHeader.msg_id === id));
    if (this.process.exitCode === null && this.process.signalCode === null) await once(this.process, "exit");
    this.close();
    return this.replies.find(({ parentHeader }) => parentHeader.msg_id === id)!.content;
  }

  /** For a test's end: whatever still runs is killed. */
  close(): void {
    if (this.process.exitCode === null) this.process.kill("SIGKILL");
    for (const socket of [...Object.values(this.sockets), this.iopub, this.heartbeat]) socket.close();
  }

  private async collect(socket: Dealer | Subscriber, into: Message[]): Promise<void> {
    for await (const frames of socket) {
      into.push(decodeMessage(frames, this.signing));
      for (const watcher of [...this.watchers]) watcher();
    }
  }
}

/** The text of a stream's outputs, in one piece. */
export function streamText({ outputs }: Pick<Answer, "outputs">, name = "stdout"): string {
  return outputs
    .filter(({ type, content }) => type === "stream" && content.name === name)
    .map(({ content }) => String(content.text))
    .join("");
}

/** The last expression's value as text. */
export function resultText({ outputs }: Pick<Answer, "outputs">): string | undefined {
  const result = outputs.find(({ type }) => type === "execute_result");
  return (result?.content.data as Record<string, string> | undefined)?.["text/plain"];
}

/** An error's traceback without colours. */
export function tracebackText({ reply }: Pick<Answer, "reply">): string {
  return withoutColours((reply.traceback as string[]).join("\n"));
}

export { withoutColours };

/** Whether a process is alive. */
export function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}
