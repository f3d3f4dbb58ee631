#!/usr/bin/env python3
"""Reads every backup in this folder, knowing nothing but docs/formats.

Shares no code with Warder: hashes are Python's, XChaCha20-Poly1305 and Argon2id's ranges are taken from the documents,
the ciphers from libsodium, and the chunks' construction is put together here from ChaCha20 and Poly1305. Prints one line
and ends with status 1 when an outcome is not the expected one.
"""

import ctypes
import hashlib
import json
import pathlib
import sys

FOLDER = pathlib.Path(__file__).resolve().parent
SODIUM = ctypes.CDLL("libsodium.so.23")
if SODIUM.sodium_init() < 0:
    sys.exit("libsodium does not start")
LONG = ctypes.c_ulonglong


class Refused(Exception):
    """Carries the outcome as docs/formats/backup.md calls it."""


class Bytes:
    """Goes through bytes; too few of them are malformed."""

    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, count):
        if count > len(self.data) - self.at:
            raise Refused("malformed")
        self.at += count
        return self.data[self.at - count : self.at]

    def number(self, width):
        return int.from_bytes(self.take(width), "big")

    def ended(self):
        return self.at == len(self.data)


# Primitives ---------------------------------------------------------


def aead_open(key, sealed, place):
    plain = ctypes.create_string_buffer(len(sealed) - 40 or 1)
    if SODIUM.crypto_aead_xchacha20poly1305_ietf_decrypt(
            plain, None, None, sealed[24:], LONG(len(sealed) - 24), place, LONG(len(place)), sealed[:24], key):
        return None
    return plain.raw[: len(sealed) - 40]


def chacha(key, nonce, block, data):
    output = ctypes.create_string_buffer(len(data) or 1)
    SODIUM.crypto_stream_chacha20_ietf_xor_ic(output, data, LONG(len(data)), nonce, ctypes.c_uint32(block), key)
    return output.raw[: len(data)]


def poly1305(key, data):
    output = ctypes.create_string_buffer(16)
    SODIUM.crypto_onetimeauth_poly1305(output, data, LONG(len(data)), key)
    return output.raw


def hchacha(key, start):
    output = ctypes.create_string_buffer(32)
    SODIUM.crypto_core_hchacha20(output, start, key, None)
    return output.raw


def keyed_hash(use, key, label, message):
    return hashlib.blake2b(bytes([len(label)]) + label + message, digest_size=32, key=key, person=use).digest()


class Stream:
    """Opens chunks in their order."""

    def __init__(self, key, header):
        self.key, self.i, self.j = hchacha(key, header[:16]), header[16:], 1

    def open(self, sealed, bound):
        nonce = self.j.to_bytes(4, "little") + self.i
        cipher, tag = sealed[1:-16], sealed[-16:]
        mark = bytes([sealed[0] ^ chacha(self.key, nonce, 1, bytes(1))[0]])
        marked = chacha(self.key, nonce, 1, mark + bytes(63))
        expected = poly1305(
            chacha(self.key, nonce, 0, bytes(32)),
            bound + bytes(-len(bound) % 16) + marked + cipher + bytes(len(cipher) % 16)
            + len(bound).to_bytes(8, "little") + (64 + len(cipher)).to_bytes(8, "little"))
        if tag != expected:
            raise Refused("altered")
        self.i = bytes(a ^ b for a, b in zip(self.i, tag))
        self.j += 1
        return mark[0], chacha(self.key, nonce, 2, cipher)


# Header -------------------------------------------------------------


def read_slot(header):
    slot = {"id": header.take(16), "created": header.take(8)}
    slot["kind"] = header.take(header.number(1))
    if slot["kind"] not in (b"passphrase", b"credential", b"shares"):
        raise Refused("unknown slot kind")
    slot["salt"] = header.take(16)
    start = header.at
    if slot["kind"] == b"passphrase":
        passes, memory = header.number(8), header.number(8)
        if not 2 <= passes <= 64 or not 19 << 20 <= memory <= 4 << 30 or memory % 1024:
            raise Refused("malformed")
    if slot["kind"] == b"shares":
        header.take(16)
        if not 2 <= header.number(4) <= header.number(4) <= 255:
            raise Refused("malformed")
    slot["parameters"] = header.data[start : header.at]
    slot["wrapped"] = header.take(73)
    return slot


def read_header(data):
    if data[:14] != b"warder backup\0" or len(data) < 15:
        raise Refused("not a backup")
    if data[14] != 1:
        raise Refused("unknown format")
    rest = int.from_bytes(data[15:19], "big")
    if len(data) < 19:
        raise Refused("truncated")
    if rest > 16384:
        raise Refused("malformed")
    if len(data) < 19 + rest:
        raise Refused("truncated")
    header = Bytes(data[19 : 19 + rest])
    vault, _, content, slots = header.take(16), header.take(8), header.number(8), header.number(1)
    if not 1 <= content <= 1 << 47 or not 1 <= slots <= 64:
        raise Refused("malformed")
    slots = [read_slot(header) for _ in range(slots)]
    sealed_key, stream = header.take(72), header.take(24)
    if not header.ended():
        raise Refused("malformed")
    return data[: 19 + rest], vault, content, slots, sealed_key, stream


def root_key(vault, slots, credential):
    slot = [slot for slot in slots if slot["kind"] == b"credential"][0]
    uniform = keyed_hash(b"warder-hash-v1\0\0", b"warder credential hash version 1", b"credential", credential)
    wrapping = keyed_hash(b"warder-subkey-v1", uniform, b"key slot", vault + slot["salt"])
    place = (b"warder/key-slot\0" + vault + b"\1" + slot["id"] + bytes([len(slot["kind"])]) + slot["kind"]
             + slot["salt"] + slot["parameters"])
    return aead_open(wrapping, slot["wrapped"][1:], place)


# Content ------------------------------------------------------------


def read(data, credential):
    header, vault, left, slots, sealed_key, stream_header = read_header(data)
    root = root_key(vault, slots, credential)
    key = root and aead_open(root, sealed_key, b"warder/backup\0" + vault + b"\1")
    if not key:
        raise Refused("wrong key")
    stream, sealed = Stream(key, stream_header), Bytes(data[len(header) :])
    content, manifest, bound, length = b"", None, hashlib.sha256(header).digest(), left
    while left:
        size = min(left, 65536)
        if len(sealed.data) - sealed.at < size + 17:
            raise Refused("truncated")
        mark, plain = stream.open(sealed.take(size + 17), bound)
        left -= size
        if mark != (0 if left else 3):
            raise Refused("malformed")
        content, bound = content + plain, b""
        manifest = manifest or read_manifest(content, length)
    size, program, newest, start = manifest
    database = content[start : start + size]
    if hashlib.sha256(database).digest() != content[-32:]:
        raise Refused("checksum")
    if not sealed.ended():
        raise Refused("trailing bytes")
    return {"program": program, "newestEvent": newest, "database": hashlib.sha256(database).hexdigest()}


def read_manifest(content, length):
    manifest = Bytes(content)
    size, _, newest = manifest.number(8), manifest.number(4), manifest.number(8)
    manifest.take(24)
    program = manifest.take(manifest.number(1))
    if size > (1 << 47) - 4096 or manifest.at + size + 32 != length:
        raise Refused("malformed")
    if not 1 <= len(program) <= 64 or not all(0x21 <= byte <= 0x7E for byte in program):
        raise Refused("malformed")
    return size, program.decode(), newest, manifest.at


def main():
    cases = json.loads((FOLDER / "cases.json").read_text())
    credential = bytes.fromhex(cases["credential"])
    wrong = 0
    for case in cases["files"]:
        try:
            found = dict(read((FOLDER / case["file"]).read_bytes(), credential), expect="opens")
        except Refused as refused:
            found = {"expect": str(refused)}
        wanted = {key: value for key, value in case.items() if key != "file"}
        if found != wanted:
            wrong += 1
            print(f"{case['file']}: {found} instead of {wanted}")
    print(f"backup: {len(cases['files'])} files, {wrong} wrong")
    sys.exit(1 if wrong else 0)


main()
