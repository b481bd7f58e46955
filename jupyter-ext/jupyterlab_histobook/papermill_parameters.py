"""Papermill's parameters for TypeScript notebooks: `papermill -p perImage 150 in.ipynb out.ipynb`.

Papermill knows no entry point for translators, but it imports those for engines whenever it is imported itself: the
entry point in pyproject.toml names `TypeScriptEngine`, and importing this module registers the translator.
"""

import json
import math
import re

from papermill.engines import NBClientEngine
from papermill.exceptions import PapermillException
from papermill.translators import Translator, papermill_translators

from .declarations import declarations

_NAME = re.compile(r"[^\W\d][\w$]*|\$[\w$]*")

_LARGEST_EXACT = 2**53 - 1
"""The largest whole number up to which a TypeScript number is exact."""


class TypeScriptTranslator(Translator):
    """Writes parameters as declarations with their types.

    They are variables and no constants, as wide as a value that comes from outside has to be: with a literal's own
    type the compiler would call every comparison with another value a mistake.
    """

    @classmethod
    def translate_escaped_str(cls, str_val):
        """JSON's ASCII form: it is a TypeScript string too, whatever characters it stands for."""
        return json.dumps(str(str_val))

    @classmethod
    def translate_none(cls, val):
        return "null"

    @classmethod
    def translate_int(cls, val):
        """A whole number that would lose digits becomes a bigint."""
        return str(val) if abs(val) <= _LARGEST_EXACT else f"{val}n"

    @classmethod
    def translate_float(cls, val):
        if math.isnan(val):
            return "NaN"
        if math.isinf(val):
            return "Infinity" if val > 0 else "-Infinity"
        return repr(val)

    @classmethod
    def translate_list(cls, val):
        return f"[{', '.join(cls.translate(item) for item in val)}]"

    @classmethod
    def translate_dict(cls, val):
        """Keys are quoted; the one that would set the object's prototype is computed."""
        parts = []
        for key, item in val.items():
            name = cls.translate_escaped_str(key)
            parts.append(f"{'[' + name + ']' if key == '__proto__' else name}: {cls.translate(item)}")
        return f"{{ {', '.join(parts)} }}" if parts else "{}"

    @classmethod
    def comment(cls, cmt_str):
        return f"// {cmt_str}".strip()

    @classmethod
    def assign(cls, name, str_val):
        return f"let {name} = {str_val};"

    @classmethod
    def codify(cls, parameters, comment="Parameters"):
        lines = [cls.comment(comment)]
        for name, value in parameters.items():
            if not _NAME.fullmatch(name):
                raise PapermillException(
                    f"papermill parameter: found the name '{name}', expected a TypeScript name; "
                    "write it with letters, digits, _ and $ only."
                )
            kind = _type_of(value)
            lines.append(cls.assign(f"{name}: {kind}" if kind else name, cls.translate(value)))
        return "\n".join(lines) + "\n"

    @classmethod
    def inspect(cls, parameters_cell):
        return declarations(parameters_cell["source"])


def _type_of(value):
    """The type to declare, or None where the compiler sees more than we do: in lists and dictionaries."""
    if value is None:
        # Of which type the value would have been, nobody can tell.
        return "any"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int):
        return "number" if abs(value) <= _LARGEST_EXACT else "bigint"
    if isinstance(value, float):
        return "number"
    if isinstance(value, list):
        return None if value else "any[]"
    if isinstance(value, dict):
        return None if value else "Record<string, any>"
    return "string"


class TypeScriptEngine(NBClientEngine):
    """Papermill's own way to execute a notebook, under our name: `--engine histobook` changes nothing."""


# By its language, so that it serves our kernel, tslab and any other for TypeScript.
papermill_translators.register("typescript", TypeScriptTranslator)
