import { readFileSync } from "node:fs";
import { HistobookError } from "../../foundation/index.js";

/** A connection file: where the kernel listens, and the key by which messages are signed. */
export interface Connection {
  transport: string;
  ip: string;
  shell_port: number;
  iopub_port: number;
  stdin_port: number;
  control_port: number;
  hb_port: number;
  key: string;
  signature_scheme: string;
}

const ports = ["shell_port", "iopub_port", "stdin_port", "control_port", "hb_port"] as const;

/** @throws HistobookError `BadInput` for a file that Jupyter has not written. */
export function readConnection(path: string): Connection {
  let read: Partial<Connection>;
  try {
    read = JSON.parse(readFileSync(path, "utf8")) as Partial<Connection>;
  } catch (cause) {
    throw badConnection(path, "no JSON file", cause);
  }
  const missing = ports.filter((port) => typeof read[port] !== "number");
  if (missing.length > 0) throw badConnection(path, `no ${missing.join(", ")}`);
  const { transport = "tcp", ip = "127.0.0.1", key = "", signature_scheme = "hmac-sha256" } = read;
  return { ...(read as Connection), transport, ip, key, signature_scheme };
}

/** The address of one of the connection's sockets, in ZeroMQ's form. */
export function addressOf({ transport, ip }: Connection, port: number): string {
  return `${transport}://${ip}${transport === "ipc" ? "-" : ":"}${port}`;
}

function badConnection(path: string, found: string, cause?: unknown): HistobookError {
  return new HistobookError("BadInput", {
    subject: path,
    topic: "notebooks",
    found,
    expected: "a connection file of Jupyter's",
    fix: "start the kernel from Jupyter, which writes one",
    cause,
  });
}
