/** The kernel's messages beside the message specification 5.4, field by field, over ZeroMQ with jupyter_client. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Clients, patience } from "./clients";

interface Conversation {
  name: string;
  complaints: string[];
  types: string[];
}

/** What is said to the kernel, and the types of its own messages that must come. */
const conversations: [string, string[]][] = [
  ["execute: a result", ["execute_reply", "execute_input", "execute_result"]],
  ["execute: both streams", ["execute_reply", "stream"]],
  ["execute: a display and its update", ["display_data", "update_display_data"]],
  ["execute: clearing", ["clear_output"]],
  ["execute: an error", ["execute_reply", "error"]],
  ["execute: a type error", ["execute_reply", "error"]],
  ["execute: silent", ["execute_reply"]],
  ["execute: outside of the history", ["execute_reply"]],
  ["execute: user_expressions", ["execute_reply"]],
  ["execute: a question", ["input_request", "execute_reply"]],
  ["execute: queued behind an error", []],
  ["kernel_info", ["kernel_info_reply"]],
  ["kernel_info on control", ["kernel_info_reply"]],
  ["complete", ["complete_reply"]],
  ["complete behind characters of two UTF-16 units", ["complete_reply"]],
  ["inspect", ["inspect_reply"]],
  ["inspect nothing", ["inspect_reply"]],
  ["is_complete: complete", ["is_complete_reply"]],
  ["is_complete: incomplete", ["is_complete_reply"]],
  ["is_complete: invalid", ["is_complete_reply"]],
  ["history", ["history_reply"]],
  ["comm_info", ["comm_info_reply"]],
  ["a comm's target", ["execute_reply"]],
  ["comm_open", ["status"]],
  ["comm_info of a target", ["comm_info_reply"]],
  ["comm_msg", ["comm_msg"]],
  ["comm_close", ["status"]],
  ["comm_open of an unknown target", ["comm_close"]],
  ["a request with a wrong signature", []],
  ["heartbeat", []],
  ["interrupt", ["interrupt_reply"]],
  ["shutdown", ["shutdown_reply"]],
];

describe("the message specification", () => {
  let clients: Clients;
  let held: Conversation[];

  beforeAll(async () => {
    clients = await Clients.start();
    held = await clients.lines<Conversation>("message_spec.py");
  }, patience);
  afterAll(() => clients?.end());

  test.each(conversations)("%s", (name, types) => {
    const one = held.find((conversation) => conversation.name === name);
    expect(one?.complaints).toEqual([]);
    expect(one?.types).toEqual(expect.arrayContaining(types));
  });

  test("is asked for all of that and no more", () => {
    expect(held.map(({ name }) => name).sort()).toEqual(conversations.map(([name]) => name).sort());
  });
});
