#!/usr/bin/env python3
"""Makes and opens every vector in this folder, knowing nothing but docs/formats/share.md.

Shares no code with Warder: products are schoolbook multiplication and division of polynomials, points are sums of powers,
and BLAKE2b is Python's. Prints one line for each kind of vector and ends with status 1 when an outcome is not the
expected one. With --write it makes shares.json where there is none: secrets, set ids and coefficients are SHAKE-256 of
their names, so that the same file comes again.
"""

import functools
import hashlib
import itertools
import json
import pathlib
import re
import sys

FILE = pathlib.Path(__file__).resolve().parent / "shares.json"
DIGITS = "0123456789abcdefghjkmnpqrstvwxyz"
PREFIX = "wdr_s_"


class Refused(Exception):
    """Carries the outcome, and the position of the share to blame where there is one."""

    def __init__(self, outcome, share=None):
        super().__init__(outcome)
        self.outcome, self.share = outcome, share


# Field --------------------------------------------------------------


@functools.cache
def product(left, right):
    long = 0
    for power in range(8):
        if right >> power & 1:
            long ^= left << power
    for power in range(14, 7, -1):
        if long >> power & 1:
            long ^= 0x11B << (power - 8)
    return long


@functools.cache
def quotient(left, right):
    return next(q for q in range(256) if product(q, right) == left)


def to_the(power, base):
    result = 1
    for _ in range(power):
        result = product(result, base)
    return result


def points(secret, coefficients, count):
    rows = [coefficients[i:i + len(secret)] for i in range(0, len(coefficients), len(secret))]
    for x in range(1, count + 1):
        powers = [to_the(degree + 1, x) for degree in range(len(rows))]
        share = bytearray(secret)
        for row, power in zip(rows, powers):
            for place, coefficient in enumerate(row):
                share[place] ^= product(coefficient, power)
        yield x, bytes(share)


def value_at(x, known):
    result = bytearray(len(known[0][1]))
    for own, share in known:
        weight = 1
        for other, _ in known:
            if other != own:
                weight = product(weight, quotient(other ^ x, other ^ own))
        for place, byte in enumerate(share):
            result[place] ^= product(byte, weight)
    return bytes(result)


# Bytes and text -----------------------------------------------------


def checksum(body):
    hashed = hashlib.blake2b(
        b"\x05share" + body, digest_size=32, key=b"warder share checksum, version 1", person=b"warder-hash-v1\0\0")
    return hashed.digest()[:8]


def body_of(share_set, index, share, form=1):
    return bytes([form]) + share_set["id"] + bytes([share_set["threshold"], share_set["count"], index]) + share


def digits(data):
    bits = "".join(f"{byte:08b}" for byte in data)
    bits += "0" * (-len(bits) % 5)
    return "".join(DIGITS[int(bits[i:i + 5], 2)] for i in range(0, len(bits), 5))


def grouped(plain):
    return PREFIX + "-".join(plain[i:i + 4] for i in range(0, len(plain), 4))


def spelled(body):
    return grouped(digits(body + checksum(body)))


def read(text, position=1):
    if not text.startswith(PREFIX):
        raise Refused("malformed", position)
    plain = text[len(PREFIX):]
    if "-" in plain:
        plain = plain.replace("-", "")
        if grouped(plain) != text:
            raise Refused("malformed", position)
    if not re.fullmatch(f"[{DIGITS}]*", plain) or plain.endswith("\n"):
        raise Refused("malformed", position)
    bits = "".join(f"{DIGITS.index(digit):05b}" for digit in plain)
    data = bytes(int(bits[i:i + 8], 2) for i in range(0, len(bits) // 8 * 8, 8))
    if not 44 <= len(data) <= 92 or digits(data) != plain:
        raise Refused("malformed", position)
    body = data[:-8]
    if checksum(body) != data[-8:]:
        raise Refused("mistyped", position)
    if body[0] != 1:
        raise Refused("unsupportedFormat", position)
    threshold, count, index = body[17:20]
    if not 2 <= threshold <= count or not 1 <= index <= count:
        raise Refused("malformed", position)
    return {"id": body[1:17], "threshold": threshold, "count": count}, index, body[20:]


# Combining ----------------------------------------------------------


def agree(known, threshold):
    return all(
        value_at(x, list(some)) == share
        for some in itertools.combinations(known, threshold) for x, share in known)


def combined(texts, wanted=None):
    shares = [read(text, position) for position, text in enumerate(texts, 1)]
    wanted = wanted or shares[0][0]
    seen = set()
    for position, (share_set, _, share) in enumerate(shares, 1):
        if share_set["id"] != wanted["id"]:
            raise Refused("foreign", position)
        if share_set != wanted or len(share) != len(shares[0][2]):
            raise Refused("inconsistent", position)
    for position, (_, index, _) in enumerate(shares, 1):
        if index in seen:
            raise Refused("duplicate", position)
        seen.add(index)
    threshold = wanted["threshold"]
    if len(shares) < threshold:
        raise Refused("tooFew")
    known = [(index, share) for _, index, share in shares]
    if not agree(known, threshold):
        for position in range(1, len(known) + 1):
            others = known[:position - 1] + known[position:]
            if len(others) > threshold and agree(others, threshold):
                raise Refused("disagreement", position)
        raise Refused("disagreement")
    return value_at(0, known[:threshold])


# Making -------------------------------------------------------------


def fixed(name, count):
    return hashlib.shake_256(f"warder share vector: {name}".encode()).digest(count)


def made(name, threshold, count, length, secret=None, coefficients=None, only=None):
    share_set = {"id": fixed(f"{name}: set", 16), "threshold": threshold, "count": count}
    secret = fixed(f"{name}: secret", length) if secret is None else secret
    if coefficients is None:
        coefficients = fixed(f"{name}: coefficients", (threshold - 1) * length)
    return {
        "name": name, "id": share_set["id"].hex(), "threshold": threshold, "count": count, "secret": secret.hex(),
        "coefficients": coefficients.hex(),
        "shares": [
            {"index": x, "bytes": share.hex(), "text": spelled(body_of(share_set, x, share))}
            for x, share in points(secret, coefficients, count) if only is None or x in only],
    }


def set_of(made_set):
    return {"id": bytes.fromhex(made_set["id"]), "threshold": made_set["threshold"], "count": made_set["count"]}


def sets():
    return [
        made("2 of 3", 2, 3, 32),
        made("3 of 5", 3, 5, 32),
        made("2 of 2, sixteen bytes", 2, 2, 16),
        made("5 of 8, sixty-four bytes", 5, 8, 64),
        made("4 of 6, thirty-one bytes", 4, 6, 31),
        made("20 of 20", 20, 20, 32),
        made("2 of 255", 2, 255, 16, only={1, 2, 127, 128, 254, 255}),
        made("3 of 4, nothing of the second degree", 3, 4, 17, coefficients=fixed("first degree", 17) + bytes(17)),
        made("2 of 3, zeros", 2, 3, 18, secret=bytes(18), coefficients=bytes(18)),
        made("3 of 3, ones", 3, 3, 18, secret=b"\xff" * 18, coefficients=b"\xff" * 36),
    ]


def texts(all_sets):
    first = all_sets["2 of 3"]
    text = first["shares"][0]["text"]
    share_set, index, share = read(text)
    plain = text.replace("-", "")

    def forged(threshold=2, count=3, index=1, share=share, form=1):
        return spelled(body_of({"id": share_set["id"], "threshold": threshold, "count": count}, index, share, form))

    short = all_sets["2 of 2, sixteen bytes"]["shares"][0]["text"]
    cases = [
        ("as printed", text, "reads"),
        ("without dashes", plain, "reads"),
        ("as printed, the last group not full", short, "reads"),
        ("without dashes, the last group not full", short.replace("-", ""), "reads"),
        ("greatest numbers", forged(255, 255, 255), "reads"),
        ("nothing", "", "malformed"),
        ("the prefix alone", PREFIX, "malformed"),
        ("the prefix of a token", "wdr_t_" + text[6:], "malformed"),
        ("no prefix", text[6:], "malformed"),
        ("capital letters", text.upper(), "malformed"),
        ("capital digits", PREFIX + text[6:].upper(), "malformed"),
        ("the prefix in capitals", PREFIX.upper() + text[6:], "malformed"),
        ("a dash missing", text[:10] + text[11:], "malformed"),
        ("a dash too many", text + "-", "malformed"),
        ("a dash behind the prefix", PREFIX + "-" + text[6:], "malformed"),
        ("groups of five", PREFIX + "-".join(plain[6 + i:11 + i] for i in range(0, 96, 5)), "malformed"),
        ("spaces for dashes", text.replace("-", " "), "malformed"),
        ("a space before", " " + text, "malformed"),
        ("a line's end", text + "\n", "malformed"),
        ("a line's end, without dashes", plain + "\n", "malformed"),
        ("a letter that is no digit", text[:-1] + "u", "malformed"),
        ("a letter of two bytes", text[:-2] + "\u00e9", "malformed"),
        ("fill bits", short[:-1] + DIGITS[DIGITS.index(short[-1]) + 1], "malformed"),
        ("two groups missing, without dashes", plain[:-8], "mistyped"),
        ("a digit missing at the end", text[:-1], "malformed"),
        ("a digit missing in the middle, without dashes", plain[:40] + plain[41:], "malformed"),
        ("too short", grouped(digits(bytes(43))), "malformed"),
        ("too long", grouped(digits(bytes(93))), "malformed"),
        ("much too long", PREFIX + "0" * 10_000, "malformed"),
        ("another digit", text[:61] + ("0" if text[61] != "0" else "1") + text[62:], "mistyped"),
        ("another first digit", PREFIX + "1" + text[7:], "mistyped"),
        ("another last digit", text[:-1] + ("0" if text[-1] != "0" else "1"), "mistyped"),
        ("zeros", grouped(digits(bytes(60))), "mistyped"),
        ("format 0", forged(form=0), "unsupportedFormat"),
        ("format 2", forged(form=2), "unsupportedFormat"),
        ("format 255, numbers out of range", forged(0, 0, 0, form=255), "unsupportedFormat"),
        ("threshold 0", forged(threshold=0), "malformed"),
        ("threshold 1", forged(threshold=1), "malformed"),
        ("threshold over the number", forged(threshold=4), "malformed"),
        ("number 0", forged(count=0), "malformed"),
        ("number 1", forged(1, 1, 1), "malformed"),
        ("index 0", forged(index=0), "malformed"),
        ("index over the number", forged(index=4), "malformed"),
        ("a share of fifteen bytes", forged(share=share[:15]), "malformed"),
        ("a share of sixty-five bytes", forged(share=(share * 3)[:65]), "malformed"),
    ]
    return [{"name": name, "text": text, "expect": expect} for name, text, expect in cases]


def combinations(all_sets):
    def picked(name, *indexes):
        return [next(s["text"] for s in all_sets[name]["shares"] if s["index"] == index) for index in indexes]

    def forged(name, index, change=1, **other):
        share_set, _, share = read(picked(name, index)[0])
        share = other.pop("share", bytes([share[0] ^ change]) + share[1:])
        return spelled(body_of({**share_set, **other}, index, share))

    five, three = "3 of 5", "2 of 3"
    cases = [
        ("the first three of 3 of 5", picked(five, 1, 2, 3)),
        ("three of 3 of 5, out of order", picked(five, 5, 1, 4)),
        ("all of 3 of 5", picked(five, 3, 5, 1, 2, 4)),
        ("the last two of 2 of 255", picked("2 of 255", 255, 254)),
        ("six of 2 of 255", picked("2 of 255", 255, 1, 127, 2, 254, 128)),
        ("five of 5 of 8", picked("5 of 8, sixty-four bytes", 8, 2, 4, 6, 1)),
        ("four of 4 of 6", picked("4 of 6, thirty-one bytes", 2, 3, 5, 6)),
        ("20 of 20", picked("20 of 20", *range(20, 0, -1))),
        ("zeros", picked("2 of 3, zeros", 3, 1)),
        ("ones", picked("3 of 3, ones", 1, 2, 3)),
        ("with and without dashes", [picked(three, 1)[0], picked(three, 3)[0].replace("-", "")]),
        ("one short of 3 of 5", picked(five, 1, 2)),
        ("one of 2 of 3", picked(three, 2)),
        ("of two sets", picked(five, 1, 2) + picked(three, 3)),
        ("of two sets, enough without the other", picked(three, 1) + picked(five, 2) + picked(three, 3)),
        ("another threshold", picked(three, 1) + [forged(three, 2, threshold=3)]),
        ("another number", picked(three, 1, 2) + [forged(three, 3, count=4)]),
        ("another length", picked(three, 1) + [forged(three, 2, share=bytes(31))]),
        ("one share twice", picked(five, 1, 2, 4, 2)),
        ("one share twice and too few", picked(five, 3, 3)),
        ("two shares with one index", picked(three, 1, 2) + [forged(three, 1)]),
        ("the second mistyped", picked(three, 1) + [picked(three, 2)[0][:-1] + "0"] + picked(three, 3)),
        ("the third malformed", picked(five, 1, 2) + ["wdr_s_"]),
        ("exactly enough, one forged: a wrong secret", picked(five, 1, 2) + [forged(five, 3)]),
        ("one too many, one forged: nobody can tell which", picked(five, 1, 2) + [forged(five, 3)] + picked(five, 4)),
        ("two too many, the third forged", picked(five, 5, 1) + [forged(five, 3)] + picked(five, 2, 4)),
        ("two too many, the last forged", picked(five, 5, 1, 2, 3) + [forged(five, 4)]),
        ("two too many, the first forged", [forged(five, 4)] + picked(five, 5, 1, 2, 3)),
        ("two too many, two forged", [forged(five, 4)] + picked(five, 5, 1, 2) + [forged(five, 3, change=2)]),
        # The errors lie on (x - 2)(x - 5) / 6, which is 1 at 3 and at 4.
        ("two too many, two forged to blame a third", [forged(five, 4)] + picked(five, 5, 1, 2) + [forged(five, 3)]),
        ("three too many, the second forged", picked("5 of 8, sixty-four bytes", 1)
         + [forged("5 of 8, sixty-four bytes", 2)] + picked("5 of 8, sixty-four bytes", 3, 4, 5, 6, 7, 8)),
    ]
    for name, chosen in cases:
        yield {"name": name, "texts": chosen, **outcome(lambda: combined(chosen).hex())}


def outcome(action):
    try:
        return {"expect": "opens", "secret": action()}
    except Refused as refusal:
        return {"expect": refusal.outcome, **({"share": refusal.share} if refusal.share else {})}


def write():
    all_sets = sets()
    by_name = {one["name"]: one for one in all_sets}
    content = {
        "document": "docs/formats/share.md", "made": "by check.py --write", "sets": all_sets, "texts": texts(by_name),
        "combinations": list(combinations(by_name)),
    }
    with FILE.open("x") as file:
        json.dump(content, file, indent=2, ensure_ascii=True)
        file.write("\n")


# Checking -----------------------------------------------------------


def check_set(case):
    share_set, secret = set_of(case), bytes.fromhex(case["secret"])
    all_points = dict(points(secret, bytes.fromhex(case["coefficients"]), case["count"]))
    for share in case["shares"]:
        own = all_points[share["index"]]
        if own.hex() != share["bytes"] or spelled(body_of(share_set, share["index"], own)) != share["text"]:
            return "another share"
        if read(share["text"]) != (share_set, share["index"], own):
            return "reads as something else"
    known = [(share["index"], bytes.fromhex(share["bytes"])) for share in case["shares"]]
    return None if value_at(0, known[-case["threshold"]:]) == secret else "another secret"


def check_text(case):
    try:
        read(case["text"])
        found = "reads"
    except Refused as refusal:
        found = refusal.outcome
    return None if found == case["expect"] else f"expected {case['expect']}, is {found}"


def check_combination(case):
    expected = {key: case[key] for key in ("expect", "secret", "share") if key in case}
    found = outcome(lambda: combined(case["texts"]).hex())
    return None if found == expected else f"expected {expected['expect']}, is {found['expect']}"


def main():
    if sys.argv[1:] == ["--write"]:
        write()
    content = json.loads(FILE.read_text())
    failures = 0
    for kind, check in (("sets", check_set), ("texts", check_text), ("combinations", check_combination)):
        for case in content[kind]:
            problem = check(case)
            if problem:
                failures += 1
                print(f"{kind}: {case['name']}: {problem}")
        print(f"{kind}: {len(content[kind])} vectors")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
