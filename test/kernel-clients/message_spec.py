"""Talks to our kernel in every way that the message specification knows and looks at each field of each answer.

Prints one JSON object a conversation: {"name", "complaints", "types"}: what was wrong, and the types of the kernel's
messages in their order.
"""

import json
import time
from queue import Empty

import zmq
from jupyter_client.manager import start_new_kernel
from jupyter_client.session import Session

from message_fields import complaints

PATIENCE = 30


class Conversation:
    """One request and what the kernel sends for it, on every socket."""

    def __init__(self, talk, name):
        self.talk, self.name, self.found, self.messages = talk, name, [], []

    def take(self, message):
        self.messages.append(message)
        self.found += complaints(message)
        if message["header"]["session"] != self.talk.kernel_session:
            self.found.append(f"{message['msg_type']}: found another session than in the kernel's first message")
        if message["header"]["msg_id"] in self.talk.ids:
            self.found.append(f"{message['msg_type']}: found a msg_id that was used before")
        self.talk.ids.add(message["header"]["msg_id"])

    def expect(self, condition, sentence):
        if not condition:
            self.found.append(sentence)

    def of(self, kind):
        return [message for message in self.messages if message["msg_type"] == kind]

    def end(self):
        types = [message["msg_type"] for message in self.messages]
        print(json.dumps({"name": self.name, "complaints": self.found, "types": types}), flush=True)


class Talk:
    def __init__(self, client):
        self.client, self.ids = client, set()
        reply = client.kernel_info(reply=True, timeout=PATIENCE)
        self.kernel_session = reply["header"]["session"]
        self.drain()

    def drain(self):
        """Leaves what earlier requests (of jupyter_client itself) have still to say."""
        while True:
            try:
                self.client.get_iopub_msg(timeout=0.5)
            except Empty:
                return

    def ask(self, name, kind, content, channel="shell", answer=None):
        """Sends a request, waits for its reply and its `idle`, and checks what every request has in common."""
        one = Conversation(self, name)
        socket = getattr(self.client, f"{channel}_channel")
        request = self.client.session.msg(kind, content)
        socket.send(request)
        if answer is not None:
            asked = self.client.get_stdin_msg(timeout=PATIENCE)
            one.take(asked)
            self.client.input(answer)
        expected = kind.replace("_request", "_reply")
        try:
            reply = socket.get_msg(timeout=PATIENCE)
            one.take(reply)
            one.expect(reply["msg_type"] == expected, f"found {reply['msg_type']}, expected {expected}")
            self.collect(one)
        except Empty:
            one.found.append("found no reply or no idle, expected both")
        self.check_order(one, request)
        return one

    def collect(self, one):
        while True:
            message = self.client.get_iopub_msg(timeout=PATIENCE)
            one.take(message)
            if message["msg_type"] == "status" and message["content"]["execution_state"] == "idle":
                return

    def check_order(self, one, request):
        """Every answer names its request as parent; on iopub `busy` is the first and `idle` the last."""
        for message in one.messages:
            same = message["parent_header"].get("msg_id") == request["header"]["msg_id"]
            one.expect(same, f"{message['msg_type']}: found another parent, expected the request")
        states = [message["content"]["execution_state"] for message in one.of("status")]
        one.expect(states == ["busy", "idle"], f"found the states {states}, expected busy and idle")


def execute(code, **options):
    content = {"code": code, "silent": False, "store_history": True, "user_expressions": {}}
    return {**content, "allow_stdin": False, "stop_on_error": True, **options}


def executions(talk):
    one = talk.ask("execute: a result", "execute_request", execute("6 * 7"))
    count = one.of("execute_reply")[0]["content"]["execution_count"]
    for kind in ("execute_input", "execute_result"):
        same = [message["content"]["execution_count"] == count for message in one.of(kind)]
        one.expect(same == [True], f"{kind}: found {same}, expected one with the reply's execution_count")
    one.end()

    one = talk.ask("execute: both streams", "execute_request", execute('console.log("a"); console.error("b");'))
    names = [message["content"]["name"] for message in one.of("stream")]
    one.expect(sorted(names) == ["stderr", "stdout"], f"found the streams {names}")
    one.end()

    code = 'import { newDisplay } from "tslab"; const d = newDisplay(); d.html("<b>1</b>"); d.html("<b>2</b>");'
    one = talk.ask("execute: a display and its update", "execute_request", execute(code))
    ids = [m["content"]["transient"].get("display_id") for m in one.messages if "display" in m["msg_type"]]
    one.expect(len(ids) == 2 and ids[0] == ids[1], f"found the display_ids {ids}, expected the same twice")
    one.end()

    one = talk.ask("execute: clearing", "execute_request", execute('import { clearOutput } from "histobook"; clearOutput({ wait: true });'))
    one.expect(len(one.of("clear_output")) == 1, "found no clear_output")
    one.end()

    one = talk.ask("execute: an error", "execute_request", execute('throw new RangeError("deliberate");'))
    reply, error = one.of("execute_reply")[0]["content"], one.of("error")
    one.expect(reply["status"] == "error", f"found the status {reply['status']}, expected error")
    same = len(error) == 1 and all(error[0]["content"][f] == reply.get(f) for f in ("ename", "evalue", "traceback"))
    one.expect(same, "found another error message than the reply's")
    one.end()

    one = talk.ask("execute: a type error", "execute_request", execute('const n: number = "many";'))
    one.expect(len(one.of("error")) == 1, "found no error message")
    one.end()

    one = talk.ask("execute: silent", "execute_request", execute("1 + 1", silent=True, store_history=False))
    one.expect([m for m in one.messages if m["msg_type"] not in ("status", "execute_reply")] == [], "found outputs")
    silent = one.of("execute_reply")[0]["content"]["execution_count"]
    one.end()

    one = talk.ask("execute: outside of the history", "execute_request", execute("1 + 1", store_history=False))
    again = one.of("execute_reply")[0]["content"]["execution_count"]
    one.expect(silent >= count, "found a smaller execution_count than before")
    one.expect(again <= silent + 1, f"found the execution_count {again} after {silent}")
    one.end()

    expressions = {"good": "20 + 1", "bad": "throw 1"}
    one = talk.ask("execute: user_expressions", "execute_request", execute("1", user_expressions=expressions))
    answers = one.of("execute_reply")[0]["content"].get("user_expressions", {})
    one.expect(answers.get("good", {}).get("data", {}).get("text/plain") == "21", f"found {answers}")
    one.expect(answers.get("bad", {}).get("status") == "error", f"found {answers}")
    one.end()

    code = 'import { prompt } from "histobook"; const said = await prompt("Name? "); said'
    one = talk.ask("execute: a question", "execute_request", execute(code, allow_stdin=True), answer="Ada")
    results = [m["content"]["data"]["text/plain"] for m in one.of("execute_result")]
    one.expect(results == ["Ada"] or results == ["'Ada'"], f"found {results}, expected the answer")
    one.end()


def questions(talk):
    talk.ask("kernel_info", "kernel_info_request", {}).end()
    talk.ask("kernel_info on control", "kernel_info_request", {}, "control").end()
    one = talk.ask("complete", "complete_request", {"code": "Math.cb", "cursor_pos": 7})
    content = one.of("complete_reply")[0]["content"]
    one.expect((content["cursor_start"], content["cursor_end"]) == (5, 7), f"found {content}")
    one.end()
    one = talk.ask("complete behind characters of two UTF-16 units", "complete_request", {"code": '"🔬"; Math.cb', "cursor_pos": 12})
    content = one.of("complete_reply")[0]["content"]
    one.expect((content["cursor_start"], content["cursor_end"]) == (10, 12), f"found {content}")
    one.end()
    inspect = {"code": "Math.sqrt", "cursor_pos": 7, "detail_level": 0}
    talk.ask("inspect", "inspect_request", inspect).end()
    one = talk.ask("inspect nothing", "inspect_request", {"code": "   ", "cursor_pos": 1, "detail_level": 0})
    content = one.of("inspect_reply")[0]["content"]
    one.expect(content["found"] is False and content["data"] == {}, f"found {content}")
    one.end()
    for code, status in (("1 + 1", "complete"), ("if (true) {", "incomplete"), ("const = 1", "invalid")):
        one = talk.ask(f"is_complete: {status}", "is_complete_request", {"code": code})
        found = one.of("is_complete_reply")[0]["content"]
        one.expect(found["status"] == status, f"found {found}, expected {status}")
        one.expect(("indent" in found) == (status == "incomplete"), f"found {found}, an indent where it is due")
        one.end()
    tail = {"output": False, "raw": True, "hist_access_type": "tail", "n": 3}
    one = talk.ask("history", "history_request", tail)
    entries = one.of("history_reply")[0]["content"]["history"]
    good = [len(e) == 3 and isinstance(e[0], int) and isinstance(e[1], int) and isinstance(e[2], str) for e in entries]
    one.expect(good == [True] * 3, f"found {entries}, expected three of (session, number, source)")
    one.end()


def lines(talk):
    talk.ask("comm_info", "comm_info_request", {}).end()
    code = 'import { registerCommTarget } from "histobook"; registerCommTarget("echo", (c) => { c.onMessage((m) => c.send(m.data)); });'
    talk.ask("a comm's target", "execute_request", execute(code)).end()
    exchange(talk, "comm_open", "comm_open", {"comm_id": "one", "target_name": "echo", "data": {}}, [])
    one = talk.ask("comm_info of a target", "comm_info_request", {"target_name": "echo"})
    comms = one.of("comm_info_reply")[0]["content"]["comms"]
    one.expect(comms == {"one": {"target_name": "echo"}}, f"found {comms}")
    one.end()
    exchange(talk, "comm_msg", "comm_msg", {"comm_id": "one", "data": {"a": 1}}, ["comm_msg"])
    exchange(talk, "comm_close", "comm_close", {"comm_id": "one", "data": {}}, [])
    unknown = {"comm_id": "two", "target_name": "nobody", "data": {}}
    exchange(talk, "comm_open of an unknown target", "comm_open", unknown, ["comm_close"])


def exchange(talk, name, kind, content, expected):
    """Comm messages have no reply."""
    one = Conversation(talk, name)
    request = talk.client.session.msg(kind, content)
    talk.client.shell_channel.send(request)
    try:
        talk.collect(one)
    except Empty:
        one.found.append("found no idle")
    talk.check_order(one, request)
    sent = [m["msg_type"] for m in one.messages if m["msg_type"].startswith("comm_")]
    one.expect(sent == expected, f"found {sent}, expected {expected}")
    one.end()


def aborted(talk):
    """What was queued behind a failing cell is not run, and its reply says so."""
    one = Conversation(talk, "execute: queued behind an error")
    for code in ('await new Promise((r) => setTimeout(r, 300)); throw new Error("first");', '"second"'):
        talk.client.shell_channel.send(talk.client.session.msg("execute_request", execute(code)))
    replies = [talk.client.get_shell_msg(timeout=PATIENCE)["content"] for _ in range(2)]
    statuses = [reply["status"] for reply in replies]
    one.expect(statuses == ["error", "aborted"], f"found the replies {statuses}, expected error and aborted")
    one.end()
    talk.drain()


def foreign(talk, manager):
    """A request that is not signed with the kernel's key gets no answer."""
    one = Conversation(talk, "a request with a wrong signature")
    connection = manager.get_connection_info()
    with zmq.Context() as context, context.socket(zmq.DEALER) as socket:
        socket.linger = 0
        socket.connect(f"tcp://{connection['ip']}:{connection['shell_port']}")
        Session(key=b"of somebody else").send(socket, "kernel_info_request", {})
        one.expect(socket.poll(1000) == 0, "found an answer")
    one.end()


def heartbeat(talk, manager):
    one = Conversation(talk, "heartbeat")
    connection = manager.get_connection_info()
    with zmq.Context() as context, context.socket(zmq.REQ) as socket:
        socket.linger = 0
        socket.connect(f"tcp://{connection['ip']}:{connection['hb_port']}")
        socket.send(b"ping")
        one.expect(socket.poll(5000) != 0 and socket.recv() == b"ping", "found no echo")
    one.end()


def endings(talk, manager):
    talk.ask("interrupt", "interrupt_request", {}, "control").end()
    one = Conversation(talk, "shutdown")
    talk.client.control_channel.send(talk.client.session.msg("shutdown_request", {"restart": False}))
    one.take(talk.client.get_control_msg(timeout=PATIENCE))
    one.expect(one.messages[0]["content"].get("restart") is False, "found another restart than asked for")
    deadline = time.time() + 10
    while manager.is_alive() and time.time() < deadline:
        time.sleep(0.05)
    one.expect(not manager.is_alive(), "found the process alive 10 s later")
    one.end()


def main():
    manager, client = start_new_kernel(kernel_name="histobook", startup_timeout=60)
    try:
        talk = Talk(client)
        executions(talk)
        questions(talk)
        lines(talk)
        aborted(talk)
        foreign(talk, manager)
        heartbeat(talk, manager)
        endings(talk, manager)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


if __name__ == "__main__":
    main()
