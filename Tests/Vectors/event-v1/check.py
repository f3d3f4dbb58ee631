#!/usr/bin/env python3
"""Writes every event in this folder again, knowing nothing but docs/formats/event.md, and opens the inbox entries.

Shares no code with Warder. Prints one line for each file and ends with status 1 when bytes differ.
"""

import ctypes
import datetime
import hashlib
import json
import pathlib
import re
import sys

FOLDER = pathlib.Path(__file__).resolve().parent
SODIUM = ctypes.CDLL("libsodium.so.23")
if SODIUM.sodium_init() < 0:
    sys.exit("libsodium does not start")

STRING, INTEGER, STRINGS, OBJECT = "string", "integer", "strings", "object"
FIELDS = {
    "action": STRING, "actor": STRING, "agent": STRING, "approval": STRING, "arguments_digest": STRING,
    "changes": STRINGS, "decision": STRING, "duration_us": INTEGER, "fields": STRINGS, "id": STRING,
    "on_behalf_of": STRING, "peer": OBJECT, "purpose": STRING, "reason": STRING, "request_id": STRING,
    "secret": STRING, "seq": INTEGER, "server": STRING, "session": STRING, "time": STRING, "token": STRING,
    "tool": STRING, "tool_digest": STRING, "trace_id": STRING, "type": STRING, "version": INTEGER,
}
ALWAYS = {"action", "actor", "decision", "id", "seq", "time", "type"}
PEER = {
    "attestation": STRING, "exe": STRING, "exe_sha256": STRING, "gid": INTEGER, "pid": INTEGER, "uid": INTEGER,
    "unit": STRING,
}
PEER_ALWAYS = {"attestation", "gid", "pid", "uid"}
EFFECTS = {
    "vault.start": "start", "vault.stop": "stop", "vault.unseal": "start", "secret.resolve": "read",
    "secret.put": "create", "token.issue": "create",
}
SEALED_TYPES = {"vault.start", "vault.stop", "vault.unseal"}
SHORT = {0x22: '\\"', 0x5C: "\\\\", 0x08: "\\b", 0x09: "\\t", 0x0A: "\\n", 0x0C: "\\f", 0x0D: "\\r"}
ESCAPED = [(0x00, 0x1F), (0x7F, 0x9F), (0x61C, 0x61C), (0x200E, 0x200F), (0x2028, 0x202E), (0x2066, 0x2069)]


def spelled(value):
    if isinstance(value, str):
        return '"' + "".join(map(character, value)) + '"'
    if isinstance(value, int):
        return str(value)
    if isinstance(value, list):
        return "[" + ",".join(map(spelled, value)) + "]"
    return "{" + ",".join(f"{spelled(key)}:{spelled(value[key])}" for key in sorted(value)) + "}"


def character(letter):
    point = ord(letter)
    if point in SHORT:
        return SHORT[point]
    if any(first <= point <= last for first, last in ESCAPED):
        return f"\\u{point:04x}"
    return letter


def is_sound(event):
    def fits(value, kind):
        if kind == STRINGS:
            return isinstance(value, list) and value and all(isinstance(text, str) for text in value)
        return isinstance(value, {STRING: str, INTEGER: int, OBJECT: dict}[kind]) and not isinstance(value, bool)

    peer = event.get("peer")
    return (
        set(event) <= set(FIELDS) and set(event) >= ALWAYS and all(fits(event[key], FIELDS[key]) for key in event)
        and event["action"] == EFFECTS[event["type"]]
        and (event["decision"] == "refused") == ("reason" in event)
        and re.fullmatch(r"evt_[0-9a-f]{32}", event["id"]) is not None
        and re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", event["time"]) is not None
        and (peer is None) == (event["actor"] == "vault")
        and (peer is None or PEER_ALWAYS <= set(peer) <= set(PEER) and all(fits(peer[key], PEER[key]) for key in peer)))


def events():
    cases = json.loads((FOLDER / "events.json").read_text())["cases"]
    for case in cases:
        event = json.loads(case["canonical"])
        canonical = case["canonical"].encode()
        yield case["name"], is_sound(event) and spelled(event).encode() == canonical
        yield case["name"] + ", leaf", hashlib.sha256(b"\0" + canonical).hexdigest() == case["leaf"]


def inbox():
    for case in json.loads((FOLDER / "inbox.json").read_text())["cases"]:
        secret, sealed = bytes.fromhex(case["secretKey"]), bytes.fromhex(case["sealed"])
        public = ctypes.create_string_buffer(32)
        SODIUM.crypto_scalarmult_base(public, secret)
        plain = ctypes.create_string_buffer(len(sealed) - 48)
        if SODIUM.crypto_box_seal_open(plain, sealed, ctypes.c_ulonglong(len(sealed)), public, secret):
            yield case["name"], False
            continue
        entry = json.loads(plain.raw)
        if entry["action"] not in SEALED_TYPES:
            yield case["name"], False
            continue
        milliseconds = datetime.timedelta(milliseconds=entry["time"])
        time = datetime.datetime(1970, 1, 1) + milliseconds
        event = {
            "action": EFFECTS[entry["action"]], "actor": "vault", "decision": "allowed", "id": "evt_" + entry["nonce"],
            "seq": case["sequence"], "time": time.isoformat(timespec="milliseconds") + "Z", "type": entry["action"],
        }
        if entry["changes"]:
            event["changes"] = entry["changes"]
        if "duration" in entry:
            event["duration_us"] = entry["duration"]
        if "requestID" in entry:
            event["request_id"] = entry["requestID"]
        if "reason" in entry:
            event["decision"], event["reason"] = "refused", entry["reason"]
        if "peer" in entry:
            event["actor"], event["peer"] = f"uid:{entry['peer']['uid']}", entry["peer"]
        yield case["name"], spelled(event) == case["canonical"]


def main():
    failures = 0
    for name, outcomes in {"events": list(events()), "inbox": list(inbox())}.items():
        for case, is_right in outcomes:
            if not is_right:
                failures += 1
                print(f"{name}: {case}: differs")
        print(f"{name}: {len(outcomes)} checks")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
