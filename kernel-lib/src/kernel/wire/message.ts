import { createHmac, randomUUID, timingSafeEqual } from "node:crypto";
import { HistobookError } from "../../foundation/index.js";

/** The version of the Jupyter messaging protocol that this kernel speaks. */
export const protocolVersion = "5.4";

/** Stands between the addresses that ZeroMQ puts before a message and the message itself. */
const delimiter = Buffer.from("<IDS|MSG>");

/** Any JSON object, as contents and metadata are. */
export type Json = Record<string, unknown>;

/** A message's header, field by field as the protocol names them. */
export interface Header {
  msg_id: string;
  msg_type: string;
  session: string;
  username: string;
  date: string;
  version: string;
  [field: string]: unknown;
}

/** A message as it came in; `identities` is the way back to who sent it. */
export interface Message {
  identities: Uint8Array[];
  header: Header;
  parentHeader: Partial<Header>;
  metadata: Json;
  content: Json;
  buffers: Uint8Array[];
}

/** A message to be sent: a topic or the receiver's identities, then what it says. Contents are JSON already. */
export interface Outgoing {
  identities: Uint8Array[];
  type: string;
  parentHeader: Partial<Header>;
  metadata: string;
  content: string;
  buffers: Uint8Array[];
}

/** How a connection's messages are signed. */
export interface Signing {
  key: string;
  /** Of Node's hash functions, e.g. "sha256"; the connection file says "hmac-sha256". */
  hash: string;
  /** The kernel's own session id, in the header of all that it sends. */
  session: string;
}

/**
 * Reads a message's frames: identities, delimiter, signature, header, parent header, metadata, content, buffers.
 *
 * @throws HistobookError `BadInput` for frames that are no message, or that another key has signed.
 */
export function decodeMessage(frames: readonly Uint8Array[], { key, hash }: Signing): Message {
  const start = frames.findIndex((frame) => delimiter.equals(frame));
  const parts = frames.slice(start + 2);
  if (start < 0 || parts.length < 4) throw badMessage(`${frames.length} frames without its parts`);
  const [header, parentHeader, metadata, content] = parts;
  if (key !== "") {
    const expected = Buffer.from(signature([header, parentHeader, metadata, content], key, hash));
    const found = Buffer.from(frames[start + 1]);
    if (found.length !== expected.length || !timingSafeEqual(found, expected))
      throw badMessage("a signature made with another key");
  }
  return {
    identities: frames.slice(0, start),
    header: parse(header) as unknown as Header,
    parentHeader: parse(parentHeader),
    metadata: parse(metadata),
    content: parse(content),
    buffers: parts.slice(4),
  };
}

/** A message's frames, signed. */
export function encodeMessage(message: Outgoing, { key, hash, session }: Signing): Uint8Array[] {
  const header: Header = {
    msg_id: randomUUID(),
    msg_type: message.type,
    session,
    username: "kernel",
    date: new Date().toISOString(),
    version: protocolVersion,
  };
  const parts = [
    JSON.stringify(header),
    JSON.stringify(message.parentHeader),
    message.metadata,
    message.content,
  ].map((part) => Buffer.from(part));
  const signed = key === "" ? "" : signature(parts, key, hash);
  return [...message.identities, delimiter, Buffer.from(signed), ...parts, ...message.buffers];
}

function signature(parts: readonly Uint8Array[], key: string, hash: string): string {
  const hmac = createHmac(hash, key);
  for (const part of parts) hmac.update(part);
  return hmac.digest("hex");
}

function parse(frame: Uint8Array): Json {
  let read: unknown;
  try {
    read = JSON.parse(Buffer.from(frame).toString("utf8"));
  } catch (error) {
    throw badMessage("a part that is no JSON", error);
  }
  if (typeof read === "object" && read !== null && !Array.isArray(read)) return read as Json;
  throw badMessage("a part that is no JSON object");
}

function badMessage(found: string, cause?: unknown): HistobookError {
  return new HistobookError("BadInput", {
    subject: "a message to the kernel",
    topic: "notebooks",
    found,
    expected: "a signed message of the Jupyter protocol",
    fix: "connect with the kernel's own connection file",
    cause,
  });
}
