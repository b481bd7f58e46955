"""The fields of the kernel's messages, after the message specification 5.4
(https://jupyter-client.readthedocs.io/en/latest/messaging.html), and what is wrong with a message.

A field is `name: kind`, or `"name?"` where it may be left out. A kind is a Python type, a set of values, a list of one
kind, or a table of fields.
"""

BUNDLE = {"data": "bundle", "metadata": dict, "transient?": {"display_id?": str}}

# The last two stand in no specification of a failure; ipykernel sends them too, and front ends were made beside it.
FAILURE = {
    "status": {"error"},
    "ename": str,
    "evalue": str,
    "traceback": [str],
    "execution_count?": int,
    "payload?": [dict],
    "user_expressions?": dict,
}

CONTENT = {
    "kernel_info_reply": {
        "status": {"ok"},
        "protocol_version": str,
        "implementation": str,
        "implementation_version": str,
        "language_info": {
            "name": str,
            "version": str,
            "mimetype": str,
            "file_extension": str,
            "pygments_lexer?": str,
            "codemirror_mode?": (str, dict),
            "nbconvert_exporter?": str,
        },
        "banner": str,
        "debugger?": bool,
        "supported_features?": [str],
        "help_links?": [{"text": str, "url": str}],
    },
    "execute_reply": {
        "status": {"ok"},
        "execution_count": int,
        "payload?": [dict],
        "user_expressions?": dict,
    },
    "complete_reply": {
        "status": {"ok"},
        "matches": [str],
        "cursor_start": int,
        "cursor_end": int,
        "metadata": dict,
    },
    "inspect_reply": {"status": {"ok"}, "found": bool, "data": "bundle", "metadata": dict},
    "is_complete_reply": {"status": {"complete", "incomplete", "invalid", "unknown"}, "indent?": str},
    "history_reply": {"status": {"ok"}, "history": [list]},
    "comm_info_reply": {"status": {"ok"}, "comms": dict},
    "interrupt_reply": {"status": {"ok"}},
    "shutdown_reply": {"status": {"ok"}, "restart": bool},
    "status": {"execution_state": {"busy", "idle", "starting"}},
    "execute_input": {"code": str, "execution_count": int},
    "stream": {"name": {"stdout", "stderr"}, "text": str},
    "display_data": BUNDLE,
    "update_display_data": {**BUNDLE, "transient": {"display_id": str}},
    "execute_result": {**BUNDLE, "execution_count": int},
    "error": {"ename": str, "evalue": str, "traceback": [str]},
    "clear_output": {"wait": bool},
    "comm_open": {"comm_id": str, "target_name": str, "data": dict, "target_module?": (str, type(None))},
    "comm_msg": {"comm_id": str, "data": dict},
    "comm_close": {"comm_id": str, "data": dict},
    "input_request": {"prompt": str, "password": bool},
}

HEADER = {
    "msg_id": str,
    "session": str,
    "username": str,
    # jupyter_client turns the date into a datetime, where it is one.
    "date": object,
    "msg_type": str,
    "version": str,
}


def complaints(message):
    """What is wrong with a message's fields: a list of sentences."""
    found = list(_wrong(message["header"], HEADER, "header"))
    if isinstance(message["header"].get("date"), str):
        found.append(f"header.date: found {message['header']['date']!r}, expected ISO 8601")
    kind = message["msg_type"]
    content = message["content"]
    table = FAILURE if kind.endswith("_reply") and content.get("status") == "error" else CONTENT.get(kind)
    if table is None:
        return [*found, f"found a message '{kind}', expected one of the specification"]
    return [*found, *_wrong(content, table, kind)]


def _wrong(value, kind, where):
    if kind == "bundle":
        yield from _wrong(value, dict, where)
        for name in value if isinstance(value, dict) else ():
            if "/" not in name:
                yield f"{where}: found the type {name!r}, expected a MIME type"
    elif isinstance(kind, dict):
        if not isinstance(value, dict):
            yield f"{where}: found {value!r}, expected an object"
            return
        for name, inner in kind.items():
            plain = name.rstrip("?")
            if plain in value:
                yield from _wrong(value[plain], inner, f"{where}.{plain}")
            elif plain == name:
                yield f"{where}.{name}: found nothing, expected a value"
        known = {name.rstrip("?") for name in kind}
        yield from (f"{where}.{name}: found a field that is not specified" for name in value if name not in known)
    elif isinstance(kind, list):
        if not isinstance(value, list):
            yield f"{where}: found {value!r}, expected a list"
        else:
            for index, item in enumerate(value):
                yield from _wrong(item, kind[0], f"{where}[{index}]")
    elif isinstance(kind, set):
        if value not in kind:
            yield f"{where}: found {value!r}, expected one of {sorted(kind)}"
    elif not isinstance(value, kind) or (isinstance(value, bool) and kind is int):
        yield f"{where}: found {value!r}, expected {kind}"
