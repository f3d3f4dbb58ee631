#!/usr/bin/env python3
"""Opens every vector in this folder, knowing nothing but docs/formats.

Shares no code with Warder: BLAKE2b is Python's, XChaCha20-Poly1305 and Argon2id are libsodium's. Prints one line for
each file and ends with status 1 when an outcome is not the expected one.
"""

import ctypes
import hashlib
import json
import pathlib
import re
import sys

FOLDER = pathlib.Path(__file__).resolve().parent
SODIUM = ctypes.CDLL("libsodium.so.23")
if SODIUM.sodium_init() < 0:
    sys.exit("libsodium does not start")


class Refused(Exception):
    """Carries the outcome as docs/formats/README.md calls it."""


# Sealing ------------------------------------------------------------


def aead_open(key, sealed, place):
    if len(sealed) < 40:
        raise Refused("malformed")
    plain = ctypes.create_string_buffer(len(sealed) - 40 or 1)
    wrong = SODIUM.crypto_aead_xchacha20poly1305_ietf_decrypt(
        plain, None, None, sealed[24:], ctypes.c_ulonglong(len(sealed) - 24),
        place, ctypes.c_ulonglong(len(place)), sealed[:24], key)
    if wrong:
        raise Refused("tampered")
    return plain.raw[: len(sealed) - 40]


def associated(purpose, vault, *parts):
    return b"warder/" + purpose + b"\0" + vault + b"".join(parts)


def u8(number):
    return number.to_bytes(1, "big")


def u32(number):
    return number.to_bytes(4, "big")


def u64(number):
    return number.to_bytes(8, "big")


def i64(number):
    return number.to_bytes(8, "big", signed=True)


def prefixed(text):
    return u8(len(text)) + text


def unpadded(plain):
    content = plain.rstrip(b"\0")
    if not plain or len(plain) % 64 or content[-1:] != b"\x80" or len(plain) - len(content) > 63:
        raise Refused("malformed")
    return content[:-1]


def unwrapped(key, sealed, place):
    plain = aead_open(key, sealed, place)
    if len(plain) != 32:
        raise Refused("malformed")
    return plain


def body(sealed, known=(1,)):
    if not sealed:
        raise Refused("malformed")
    if sealed[0] not in known:
        raise Refused("unknownFormat")
    return sealed[1:]


def keyed_hash(use, key, label, message):
    person = {"hash": b"warder-hash-v1\0\0", "subkey": b"warder-subkey-v1"}[use]
    return hashlib.blake2b(prefixed(label) + message, digest_size=32, key=key, person=person).digest()


# Formats ------------------------------------------------------------

FIELD_NAME = re.compile(rb"[A-Za-z0-9_][A-Za-z0-9._-]{0,62}")


class Ring:
    def __init__(self, vault, keys):
        self.vault, self.keys = vault, keys

    @staticmethod
    def stored(ring):
        return Ring(h(ring["vault"]), {(k["purpose"], k["epoch"]): h(k["key"]) for k in ring["keys"]})

    def key(self, purpose, epoch):
        if (purpose, epoch) not in self.keys:
            raise Refused("unknownEpoch")
        return self.keys[purpose, epoch]


def h(text):
    return bytes.fromhex(text)


def open_record(ring, case):
    sealed = body(h(case["sealed"]))
    key = ring.key(2, case["epoch"])
    kind = case["kind"].encode()
    place = associated(
        b"record", ring.vault, u8(1), prefixed(kind), h(case["id"]), u64(case["revision"]), u32(case["epoch"]))
    return unpadded(aead_open(key, sealed, place))


def open_value(ring, case):
    sealed, wrapped = body(h(case["sealed"])), body(h(case["wrappedKey"]))
    wrapping = ring.key(1, case["epoch"])
    spot = h(case["secret"]) + u32(case["version"])
    data_key = unwrapped(wrapping, wrapped, associated(b"data-key", ring.vault, u8(1), spot, u32(case["epoch"])))
    return parse_fields(unpadded(aead_open(data_key, sealed, associated(b"value", ring.vault, u8(1), spot))))


def parse_fields(content):
    cursor = 0

    def take(count):
        nonlocal cursor
        if count > len(content) - cursor:
            raise Refused("malformed")
        cursor += count
        return content[cursor - count : cursor]

    fields = {}
    for _ in range(take(1)[0]):
        name = take(take(1)[0])
        value = take(int.from_bytes(take(4), "big"))
        if not FIELD_NAME.fullmatch(name) or name in fields:
            raise Refused("malformed")
        fields[name] = value
    if cursor != len(content) or not 1 <= len(fields) <= 32 or sum(map(len, fields.values())) > 1_048_576:
        raise Refused("malformed")
    return fields


def open_event(ring, case):
    sealed = body(h(case["sealed"]))
    key = ring.key(4, case["epoch"])
    place = associated(b"event", ring.vault, u8(1), u64(case["sequence"]), i64(case["time"]), u32(case["epoch"]))
    canonical = unpadded(aead_open(key, sealed, place))
    if hashlib.sha256(b"\0" + canonical).digest() != h(case["leaf"]):
        raise Refused("tampered")
    return canonical


def open_keyring(root, vault, sealed):
    plain = aead_open(root, body(sealed), associated(b"keyring", vault, u8(1) + u8(2)))
    if not plain or len(plain) % 45:
        raise Refused("malformed")
    keys = []
    for at in range(0, len(plain), 45):
        entry = plain[at : at + 45]
        keys.append({
            "purpose": entry[0], "epoch": int.from_bytes(entry[1:5], "big"),
            "created": int.from_bytes(entry[5:13], "big", signed=True), "key": entry[13:].hex()})
    places = {(key["purpose"], key["epoch"]) for key in keys}
    if {purpose for purpose, _ in places} != {1, 2, 3, 4, 5, 6} or len(places) != len(keys):
        raise Refused("malformed")
    return keys


def open_slot(case):
    secret, vault, salt, kind = h(case["secret"]), h(case["vault"]), h(case["salt"]), case["kind"].encode()
    wrapped = body(h(case["wrapped"]))
    place = associated(b"key-slot", vault, u8(1), h(case["id"]), prefixed(kind), salt)
    if kind == b"passphrase":
        passes, memory = case["passes"], case["memoryBytes"]
        place += u64(passes) + u64(memory)
        key = ctypes.create_string_buffer(32)
        argon2id13 = 2
        if SODIUM.crypto_pwhash(
                key, ctypes.c_ulonglong(32), secret, ctypes.c_ulonglong(len(secret)), salt, ctypes.c_ulonglong(passes),
                ctypes.c_size_t(memory), argon2id13):
            sys.exit("no memory for Argon2id")
        key = key.raw
    else:
        if len(secret) < 32 or len(salt) != 16:
            raise Refused("malformed")
        if kind == b"shares":
            place += h(case["set"]) + u32(case["threshold"]) + u32(case["shares"])
        first = keyed_hash("hash", b"warder credential hash version 1", b"credential", secret)
        key = keyed_hash("subkey", first, b"key slot", vault + salt)
    return unwrapped(key, wrapped, place)


def open_vault(case):
    slot = case["slot"]
    root = open_slot(slot)
    ring = Ring.stored({"vault": slot["vault"], "keys": open_keyring(root, h(slot["vault"]), h(case["keyRing"]))})
    same = (
        open_record(ring, case["record"]).hex() == case["record"]["content"]
        and named(open_value(ring, case["value"])) == case["value"]["fields"]
        and open_event(ring, case["event"]).hex() == case["event"]["canonical"])
    return same


def named(fields):
    return {name.decode(): value.hex() for name, value in fields.items()}


# Running ------------------------------------------------------------


def main():
    rings = {name: Ring.stored(ring) for name, ring in json.loads((FOLDER / "rings.json").read_text()).items()}
    formats = {
        "sealed-record": (lambda c: open_record(rings[c["ring"]], c).hex(), "content"),
        "sealed-value": (lambda c: named(open_value(rings[c["ring"]], c)), "fields"),
        "event": (lambda c: open_event(rings[c["ring"]], c).hex(), "canonical"),
        "keyring": (lambda c: open_keyring(h(c["root"]), h(c["vault"]), h(c["sealed"])), "keys"),
        "key-slot": (lambda c: open_slot(c).hex(), "root"),
        "vault": (open_vault, None),
    }
    failures = 0
    for name, (opener, result) in formats.items():
        cases = json.loads((FOLDER / f"{name}.json").read_text())["cases"]
        for case in cases:
            try:
                outcome = "opens" if opener(case) == (case[result] if result else True) else "opens to something else"
            except Refused as refusal:
                outcome = str(refusal)
            expected = "tampered" if case["expect"] == "wrongKey" else case["expect"]
            if outcome != expected:
                failures += 1
                print(f"{name}: {case['name']}: expected {expected}, is {outcome}")
        print(f"{name}: {len(cases)} vectors")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
