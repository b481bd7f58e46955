// A Jupyter server as its front ends use it: files and kernels over HTTP, cells over a WebSocket.
import { randomUUID } from "node:crypto";
import { WebSocket } from "undici";

/** A single-user Jupyter server; through a JupyterHub its address ends in /user/NAME/. */
export class JupyterServer {
  /** @param address it ends in "/" */
  constructor(address, token) {
    this.address = address;
    this.headers = { Authorization: `token ${token}` };
  }

  /** Asks the server, and gives its answer's JSON; null where it has none. */
  async ask(method, path, body) {
    const response = await fetch(new URL(path, this.address), {
      method,
      headers: { ...this.headers, "Content-Type": "application/json" },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) {
      const { status } = response;
      throw Object.assign(new Error(`${method} ${path}: status ${status}, ${text.slice(0, 300)}`), {
        status,
      });
    }
    return text === "" ? null : JSON.parse(text);
  }

  /** What a notebook file holds. */
  async notebook(path) {
    return (await this.ask("GET", `api/contents/${encodeURI(path)}?content=1`)).content;
  }

  /**
   * Starts a kernel for a notebook as a front end does, in the notebook's folder, and waits for its first answer.
   *
   * @param path of the notebook, which need not be there
   */
  async startKernel(path, kernel) {
    const session = { path, name: path, type: "notebook", kernel: { name: kernel } };
    const { kernel: started } = await this.ask("POST", "api/sessions", session);
    return KernelLine.open(this, started.id);
  }
}

/** A kernel and the line to it. */
export class KernelLine {
  #socket;
  #session = randomUUID();
  /** By the message that asked: what is still waited for. */
  #waiting = new Map();

  static async open(server, id) {
    const line = new KernelLine(server, id);
    await line.#connect();
    return line;
  }

  constructor(server, id) {
    this.server = server;
    this.id = id;
  }

  async #connect() {
    const address = new URL(
      `api/kernels/${this.id}/channels?session_id=${this.#session}`,
      this.server.address,
    );
    address.protocol = address.protocol.replace("http", "ws");
    const socket = (this.#socket = new WebSocket(address, { headers: this.server.headers }));
    socket.addEventListener("message", ({ data }) => this.#take(JSON.parse(data)));
    // Whoever waits learns that nothing more will come. The line before a restart closes when the new one is in use already.
    const lost = () => {
      if (this.#socket === socket) this.#endAll(new Error(`the line to kernel ${this.id} was closed`));
    };
    socket.addEventListener("close", lost);
    await new Promise((resolve, reject) => {
      socket.addEventListener("open", resolve, { once: true });
      socket.addEventListener("error", ({ error }) => reject(error ?? new Error("no WebSocket")), {
        once: true,
      });
    });
    await this.#request("kernel_info_request", {});
  }

  /**
   * Runs a cell to its end.
   *
   * @returns what it published (its messages' types and contents) and its reply
   */
  execute(code) {
    const content = { code, silent: false, store_history: true, allow_stdin: false, stop_on_error: true };
    return this.#request("execute_request", content);
  }

  async interrupt() {
    await this.server.ask("POST", `api/kernels/${this.id}/interrupt`);
  }

  /** Restarts it as a front end does: the line stays open, and the new kernel is greeted on it. */
  async restart() {
    await this.server.ask("POST", `api/kernels/${this.id}/restart`);
    this.#endAll(new Error(`kernel ${this.id} was restarted`));
    this.close();
    await this.#connect();
  }

  async shutDown() {
    this.close();
    await this.server.ask("DELETE", `api/kernels/${this.id}`);
  }

  close() {
    this.#socket.close();
  }

  #request(type, content) {
    const id = randomUUID();
    const header = {
      msg_id: id,
      msg_type: type,
      session: this.#session,
      username: "",
      version: "5.3",
      date: new Date().toISOString(),
    };
    const ended = new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject, published: [], reply: undefined, idle: false });
    });
    this.#socket.send(
      JSON.stringify({ channel: "shell", header, parent_header: {}, metadata: {}, content, buffers: [] }),
    );
    return ended;
  }

  #take({ channel, header, parent_header: parent, content }) {
    const waiting = this.#waiting.get(parent?.msg_id);
    if (!waiting) return;
    if (channel === "shell") waiting.reply = content;
    else if (header.msg_type === "status") waiting.idle = content.execution_state === "idle";
    else waiting.published.push({ type: header.msg_type, content });
    if (!waiting.reply || !waiting.idle) return;
    this.#waiting.delete(parent.msg_id);
    waiting.resolve({ reply: waiting.reply, published: waiting.published });
  }

  #endAll(error) {
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}
