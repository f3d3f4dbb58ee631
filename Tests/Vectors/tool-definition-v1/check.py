#!/usr/bin/env python3
"""Computes the canonical form and digest of every definition again, from docs/formats/tool-definition.md alone."""
import hashlib
import json
import pathlib

COUNTED = ["annotations", "description", "execution", "inputSchema", "name", "outputSchema", "title"]
SHORT = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r"}


def text(value):
    return '"' + "".join(SHORT.get(c) or (f"\\u{ord(c):04x}" if ord(c) < 32 else c) for c in value) + '"'


def canonical(value):
    if isinstance(value, dict):
        keys = sorted(value, key=lambda key: key.encode("utf-16-be"))
        return "{" + ",".join(text(key) + ":" + canonical(value[key]) for key in keys) + "}"
    if isinstance(value, list):
        return "[" + ",".join(canonical(element) for element in value) + "]"
    if isinstance(value, str):
        return text(value)
    # The numbers of these vectors are spelled alike in Python and ECMAScript.
    return {True: "true", False: "false", None: "null"}[value] if value is None or isinstance(value, bool) else repr(value)


def counted(definition):
    members = {key: definition[key] for key in COUNTED if definition.get(key) is not None}
    execution = members.get("execution")
    if execution is not None and all(k == "taskSupport" and v in ("forbidden", None) for k, v in execution.items()):
        del members["execution"]
    return members


for vector in json.loads((pathlib.Path(__file__).parent / "definitions.json").read_text()):
    form = canonical(counted(vector["definition"]))
    assert form == vector["canonical"], vector["title"]
    assert hashlib.sha256(form.encode()).hexdigest() == vector["sha256"], vector["title"]
    print("ok", vector["title"])
