"""The parameters that a notebook's cell declares, for `papermill --help-notebook` and its warning of unknown names."""

import re

from papermill.models import Parameter

_START = re.compile(r"^[ \t]*(?:const|let|var)[ \t]+(?P<name>[\w$]+)\s*(?::(?P<type>(?:[^=]|=>)*))?=(?![=>])", re.MULTILINE)

_TOKEN = re.compile(
    r"""
    (?P<string>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`)
    | (?P<comment>//[^\n]*|/\*.*?\*/)
    | (?P<open>[(\[{])
    | (?P<close>[)\]}])
    | (?P<end>[;\n])
    | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)


def declarations(source):
    """Every `const`, `let` or `var` at the start of a line, with its type, its value and the comment behind it.

    A declaration without a type has the type of its value where that is a literal, else "None", as papermill wants it.
    """
    found = []
    for start in _START.finditer(source):
        value, comment = _value(source[start.end() :])
        kind = (start["type"] or "").strip() or _type_of(value)
        found.append(Parameter(start["name"], kind, value, comment))
    return found


def _value(text):
    """The value up to its semicolon or the end of its line, and the comment that follows it on that line."""
    depth, value, ended = 0, "", False
    for token in _TOKEN.finditer(text):
        kind, piece = token.lastgroup, token.group()
        depth += (kind == "open") - (kind == "close")
        if kind == "comment":
            if depth == 0:
                return _flat(value), piece.strip("/* ")
        elif kind == "end" and depth == 0:
            # After a semicolon the line's comment may still come.
            ended = ended or bool(value.strip())
            if piece == "\n" and ended:
                break
        elif ended and not piece.isspace():
            break
        else:
            value += piece
    return _flat(value), ""


def _flat(value):
    return " ".join(value.split())


def _type_of(value):
    if re.fullmatch(r"\"[^\"]*\"|'[^']*'|`[^`]*`", value):
        return "string"
    if re.fullmatch(r"-?\d[\d_]*(\.\d+)?(e[+-]?\d+)?", value):
        return "number"
    return "boolean" if value in ("true", "false") else "None"
