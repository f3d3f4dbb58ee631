"""The parts that decide without a vault."""

import copy
import json
import os
import pickle
import random
import tempfile
import unittest
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

from warder_client import Code, Secret, WarderClientConfiguration, WarderClientError, places
from warder_client._core import answers, names, secret_json
from warder_client._core.secret_request import SecretRequest
from warder_client._core.canonical import canonical
from warder_client._core.http import Answer, AnswerReader, Request
from warder_client._core.kept import MAXIMUM_BYTES, Kept, KeptValues
from warder_client._core.tokens import TokenCache, TokenKey, VaultToken


class KeptValuesTests(unittest.TestCase):
    def test_what_is_kept_has_a_limit_together_and_what_was_asked_for_longest_ago_makes_room(self) -> None:
        kept = KeptValues()
        kept.heard([])
        wishes = [SecretRequest.of(f"s{index}", "value", "t", None, None, None, 60).key for index in range(6)]

        def keep(index: int, size: int, asked: float) -> None:
            question = kept.question(asked)
            kept.keep(wishes[index], Kept(1, (Secret(bytearray(size)),), asked, 60), question)

        def held() -> list[int]:
            return [index for index in range(6) if kept.usable(wishes[index], 60, 10) is not None]

        quarter = MAXIMUM_BYTES // 4
        # Answers come in another order than calls.
        for index, asked in ((0, 2.0), (1, 1.0), (2, 3.0), (3, 4.0)):
            keep(index, quarter, asked)
        self.assertEqual(held(), [0, 1, 2, 3])
        keep(4, 1, 5.0)
        self.assertEqual(held(), [0, 2, 3, 4])
        # In its own place it needs no other's.
        keep(4, quarter, 6.0)
        self.assertEqual(held(), [0, 2, 3, 4])
        keep(5, MAXIMUM_BYTES + 1, 7.0)
        self.assertEqual(held(), [0, 2, 3, 4])
        keep(5, MAXIMUM_BYTES, 8.0)
        self.assertEqual(held(), [5])
        kept.forget(wishes[5])
        keep(0, MAXIMUM_BYTES, 9.0)
        self.assertEqual(held(), [0])


class SecretTests(unittest.TestCase):
    def test_a_secret_shows_nothing_of_itself(self) -> None:
        secret = Secret(bytearray(b"s3cret"))
        shown = f"{secret} {secret!r} {secret!s:>30} {[secret]} {dir(secret)}"
        self.assertNotIn("s3cret", shown)
        self.assertFalse(hasattr(secret, "__dict__"))
        spreads: list[Callable[[Any], object]] = [pickle.dumps, copy.copy, copy.deepcopy, json.dumps, bytes, list]
        for spread in spreads:
            with self.subTest(spread=spread), self.assertRaises(TypeError):
                spread(secret)

    def test_its_bytes_are_overwritten_when_it_is_wiped_and_when_it_goes(self) -> None:
        for end in ("wipe", "with", "go"):
            content = bytearray(b"s3cret")
            secret = Secret(content)
            self.assertEqual((secret.unprotected_text(), len(secret)), ("s3cret", 6))
            if end == "wipe":
                secret.wipe()
                self.assertTrue(secret.is_wiped)
            elif end == "with":
                with secret:
                    pass
            del secret
            self.assertEqual(content, bytes(6), end)

    def test_a_view_that_is_open_while_it_is_wiped_sees_zeros(self) -> None:
        secret = Secret(bytearray(b"s3cret"))
        with secret.view() as view:
            secret.wipe()
            self.assertEqual(bytes(view), bytes(6))

    def test_a_copy_goes_its_own_way(self) -> None:
        secret = Secret(bytearray(b"s3cret"))
        other = secret.copy()
        secret.wipe()
        self.assertEqual(other.unprotected_bytes(), b"s3cret")

    def test_a_forked_child_finds_zeros(self) -> None:
        secret = Secret(bytearray(b"s3cret"))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            child = os.fork()
        if child == 0:
            os._exit(0 if secret.is_wiped else 1)
        self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), 0)
        self.assertEqual(secret.unprotected_text(), "s3cret")


class CanonicalTests(unittest.TestCase):
    def test_the_form_is_that_of_rfc_8785(self) -> None:
        cases: list[tuple[object, str]] = [
            ({"b": [1, None, True, False], "a": {}}, '{"a":{},"b":[1,null,true,false]}'),
            ({"€": 1, "\r": 2, "\ufb33": 3, "1": 4, "😀": 5, "\x80": 6, "ö": 7},
             '{"\\r":2,"1":4,"\x80":6,"ö":7,"€":1,"😀":5,"\ufb33":3}'),
            ("\x00\x1f\"\\/\b\f\n\r\té\x7f", '"\\u0000\\u001f\\"\\\\/\\b\\f\\n\\r\\té\x7f"'),
            ((1, 2), "[1,2]"),
            (2**80, str(2**80)),
        ]
        # ECMAScript's own examples of Number::toString, and the edges of its notation.
        cases += [
            (0.1, "0.1"), (-0.0, "0"), (1e21, "1e+21"), (1e20, "100000000000000000000"), (1e-6, "0.000001"),
            (1e-7, "1e-7"), (5e-324, "5e-324"), (1.7976931348623157e308, "1.7976931348623157e+308"),
            (333333333.33333329, "333333333.3333333"), (-1.5e-10, "-1.5e-10"), (123456.0, "123456"), (1.0, "1"),
        ]
        for value, text in cases:
            self.assertEqual(canonical(value).decode(), text)

    def test_what_is_not_well_formed_is_named_and_not_quoted(self) -> None:
        wish: dict[str, Any] = {
            "name": "github/pat", "field": "value", "tool": "t", "tool_digest": None,
            "arguments": None, "context": None, "max_stale": 0,
        }
        cases: list[tuple[dict[str, Any], str]] = [
            ({"name": "GitHub/PAT"}, "the secret's name"),
            ({"field": ()}, "the fields"),
            ({"field": ("a", "a")}, "the fields"),
            ({"max_stale": -1}, "max_stale"),
            ({"tool": "create issue"}, "the tool's name"),
            ({"tool_digest": "f00"}, "the tool's digest"),
            ({"arguments": {1: 2}}, "the arguments, no JSON or too deep"),
            ({"arguments": "x" * 16_384}, "the arguments, longer than 16 KiB"),
        ]
        for wrong, words in cases:
            with self.assertRaises(WarderClientError) as caught:
                SecretRequest.of(**{**wish, **wrong})
            self.assertEqual(str(caught.exception), f"invalid_request: the call is not well formed: {words}")
            self.assertEqual(str(caught.exception.again()), str(caught.exception))

    def test_what_is_no_json_is_refused_without_being_quoted(self) -> None:
        deep: object = []
        for _ in range(16):
            deep = [deep]
        for value in (float("nan"), float("inf"), {1: 2}, {"a": object()}, {1, 2}, b"x", "\ud800", deep, "x" * 16_383):
            with self.assertRaises(WarderClientError) as caught:
                canonical(value)
            self.assertEqual(caught.exception.code, Code.INVALID_REQUEST)
            self.assertTrue(caught.exception.__suppress_context__ or caught.exception.__context__ is None)
        canonical("x" * 16_382)

    def test_it_means_the_same_to_a_parser(self) -> None:
        seed = random.randrange(1 << 32)
        source = random.Random(seed)
        for _ in range(500):
            value = _any_json(source, 4)
            self.assertEqual(json.loads(canonical(value)), value, f"seed {seed}")


class SecretJSONTests(unittest.TestCase):
    def test_it_reads_what_a_parser_reads(self) -> None:
        seed = random.randrange(1 << 32)
        source = random.Random(seed)
        for _ in range(500):
            document = {name: _any_json(source, 3) for name in ("a", "value", "z")}
            document["value"] = _any_text(source)
            text = json.dumps(document, ensure_ascii=source.random() < 0.5, indent=source.choice([None, 1]))
            found, secrets = secret_json.parse(bytearray(text.encode()), (b"value",))
            self.assertEqual(secrets[b"value"].unprotected_text(), document["value"], f"seed {seed}")
            self.assertEqual(found, {**document, "value": ""}, f"seed {seed}")

    def test_a_flipped_byte_never_makes_a_longer_secret_or_another_error(self) -> None:
        seed = random.randrange(1 << 32)
        source = random.Random(seed)
        text = rb'{"name":"a","value":"s3\u00e9cret\n","version":7,"x":[{"value":"y"}]}'
        for _ in range(5_000):
            broken = bytearray(text)
            broken[source.randrange(len(broken))] = source.randrange(256)
            try:
                _, secrets = secret_json.parse(broken, (b"value",))
            except secret_json.Malformed:
                continue
            self.assertLessEqual(sum(len(secret) for secret in secrets.values()), 16, f"seed {seed}")


class NameTests(unittest.TestCase):
    def test_names_are_the_vaults(self) -> None:
        for name in ("github/pat", "a", "0/b.c_d-e", "/".join("abcdefgh"), "a" * 63):
            self.assertTrue(names.is_secret(name), name)
        for name in ("", "/", "a/", "/a", "a//b", "A", ".", "..", "a/..", "a b", "a\n", "é", "/".join("abcdefghi"),
                     "a" * 64, "/".join(["a" * 60] * 4), "a%2e"):
            self.assertFalse(names.is_secret(name), name)
        for name in ("server/tool", "tool", "s/@launch", "@launch", "s/A_b.c-D", "s/" + "x" * 128, "s/..."):
            self.assertTrue(names.is_tool(name), name)
        for name in ("", "a/b/c", "S/tool", "s/", "/t", "s/.", "s/..", "..", "s/@other", "s/a b", "s/" + "x" * 129):
            self.assertFalse(names.is_tool(name), name)


class PlaceTests(unittest.TestCase):
    def test_a_named_socket_goes_before_everything(self) -> None:
        self.assertEqual(places.client_socket({"WARDER_SOCKET": "/x.sock"}), "/x.sock")

    def test_root_means_the_machines_vault_and_others_their_own_unless_there_is_one(self) -> None:
        with tempfile.TemporaryDirectory() as run:
            machine = f"{run}/warder/client.sock"
            if os.geteuid() == 0:
                self.assertEqual(places.client_socket({"WARDER_SOCKET": ""}, run=run), machine)
            session = Path(run, "user", "65534")
            session.mkdir(parents=True, mode=0o700)
            if os.geteuid() == 0:
                os.chown(session, 65534, 65534)
                os.chmod(run, 0o755)
                os.seteuid(65534)
                try:
                    self.assertEqual(places.client_socket({}, run=run), f"{session}/warder/client.sock")
                finally:
                    os.seteuid(0)

    def test_a_path_that_no_socket_can_have_is_refused(self) -> None:
        for path in ("relative.sock", "", "/" + "x" * 107, "/a\0b"):
            with self.assertRaises(WarderClientError) as caught:
                WarderClientConfiguration(socket_path=path).resolved_socket_path()
            self.assertEqual(caught.exception.code, Code.INVALID_CONFIGURATION)
        longest = "/" + "x" * 106
        self.assertEqual(WarderClientConfiguration(socket_path=longest).resolved_socket_path(), longest)


class ReaderTests(unittest.TestCase):
    def test_an_answer_may_come_in_any_pieces(self) -> None:
        for text, body in [
            (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", b"hello"),
            (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n", b"hello"),
            (b"HTTP/1.1 204 No Content\r\n\r\n", b""),
        ]:
            for size in range(1, len(text) + 1):
                reader = AnswerReader()
                reader.expect(100)
                found = None
                for start in range(0, len(text), size):
                    self.assertIsNone(found)
                    piece = text[start : start + size]
                    with reader.room() as room:
                        room[: len(piece)] = piece
                    found = reader.received(len(piece))
                assert found is not None
                self.assertEqual(bytes(found.body), body)

    def test_nothing_of_an_answer_is_left_where_it_arrived(self) -> None:
        reader = AnswerReader()
        reader.expect(1 << 20)
        body = b"s3cret" * 10_000
        text = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body
        buffers = []
        while text:
            with reader.room() as room:
                count = min(len(room), len(text))
                room[:count] = text[:count]
            buffers.append(reader._buffer)
            found = reader.received(count)
            text = text[count:]
        assert found is not None
        self.assertEqual(bytes(found.body), body)
        self.assertFalse(any(any(buffer) for buffer in buffers))

    def test_nothing_of_an_answer_is_left_where_it_was_read(self) -> None:
        body = bytearray(b'{"name":"a","field":"value","version":1,"value":"s3cret"}')
        value = answers.values(Answer(200, None, True, body), "a", ("value",))
        self.assertEqual((value.values[0].unprotected_text(), any(body)), ("s3cret", False))
        body = bytearray(b'{"name":"a","field":"value","version":1,"value":"s3cret"')
        with self.assertRaises(WarderClientError):
            answers.values(Answer(200, None, True, body), "a", ("value",))
        self.assertFalse(any(body))

    def test_several_fields_come_in_the_order_in_which_they_were_asked_for(self) -> None:
        fields = ("username", "password")
        good = (
            b'{"name":"a","version":3,"later":{"value":"x"},"values":['
            b'{"field":"username","value":"\\u0061pp"},{"value_base64":"cHc=","field":"password"}]}'
        )
        found = answers.values(Answer(200, None, True, body := bytearray(good)), "a", fields)
        self.assertEqual([value.unprotected_text() for value in found.values], ["app", "pw"])
        self.assertEqual((found.version, any(body)), (3, False))
        start = b'{"name":"a","version":3,"values":['
        for bad in (
            b"]}",
            b'{"field":"username","value":"app"}]}',
            b'{"field":"password","value":"pw"},{"field":"username","value":"app"}]}',
            b'{"field":"username","value":"app"},{"field":"password"}]}',
            b'{"field":"username","value":"app","value_base64":"eA=="},{"field":"password"}]}',
            b'{"field":"username","value":"app"},{"field":"password","value":"a","value":"b"}]}',
            b'{"field":"username","value":"app"},{"field":"password","value":"pw"},{"field":"x","value":"y"}]}',
            b'{"field":"username","value":"app"},{"field":"password","value":7}]}',
        ):
            with self.assertRaises(WarderClientError, msg=bad.decode()):
                answers.values(Answer(200, None, True, bytearray(start + bad)), "a", fields)

    def test_no_field_or_one_twice_is_asked_of_nobody(self) -> None:
        for fields in ((), ("a", "a"), ("a", "b/c"), tuple(f"f{n}" for n in range(33))):
            with self.assertRaises(WarderClientError):
                SecretRequest.of("app/db", fields, "app/query", None, None, None, 0)

    def test_a_request_is_what_the_vault_reads(self) -> None:
        request = Request("POST /v1/calls", Secret(bytearray(b"wdr_t_x")), "00-a", b"{}")
        self.assertEqual(
            bytes(request.encoded()),
            b"POST /v1/calls HTTP/1.1\r\nHost: warder\r\ntraceparent: 00-a\r\nContent-Type: application/json\r\n"
            b"Content-Length: 2\r\nAuthorization: Bearer wdr_t_x\r\n\r\n{}",
        )


class TokenCacheTests(unittest.TestCase):
    KEY = TokenKey("t", None, None, None, None)

    def token(self, requested: float = 0) -> VaultToken:
        return VaultToken(Secret(bytearray(b"t")), requested=requested, life=100, jitter=0.5, is_for_one_call=False)

    def test_one_flight_serves_everybody_who_comes_meanwhile(self) -> None:
        cache: TokenCache[str] = TokenCache()
        first, second = cache.step(self.KEY, 0, "one"), cache.step(self.KEY, 1, "two")
        self.assertEqual((first.flight, first.is_first), ("one", True))
        self.assertEqual((second.flight, second.is_first), ("one", False))
        token = self.token()
        cache.received(self.KEY, token)
        self.assertIs(cache.step(self.KEY, 49, "three").token, token)

    def test_a_token_that_was_replaced_already_is_not_dropped_for_the_one_before(self) -> None:
        cache: TokenCache[str] = TokenCache()
        old, new = self.token(), self.token()
        cache.received(self.KEY, old)
        cache.drop(self.KEY, old)
        cache.received(self.KEY, new)
        cache.drop(self.KEY, old)
        self.assertIs(cache.step(self.KEY, 1, "f").token, new)

    def test_between_renewal_and_refresh_calls_go_on_with_the_old_one(self) -> None:
        cache: TokenCache[str] = TokenCache()
        token = self.token()
        cache.received(self.KEY, token)
        first = cache.step(self.KEY, 51, "f")
        self.assertEqual((first.token, first.flight, first.is_first), (token, "f", True))
        self.assertEqual((cache.step(self.KEY, 52, "g").token, cache.step(self.KEY, 52, "g").flight), (token, None))
        waiting = cache.step(self.KEY, 81, "h")
        self.assertEqual((waiting.token, waiting.flight, waiting.is_first), (None, "f", False))


def _any_text(source: random.Random) -> str:
    return "".join(source.choice('aé"\\/\b\n\t\u2028😀\x00 {}[]:,value') for _ in range(source.randrange(12)))


def _any_json(source: random.Random, depth: int) -> object:
    kind = source.randrange(8 if depth else 6)
    if kind == 0:
        return source.choice([None, True, False])
    if kind == 1:
        return source.randrange(-(1 << 70), 1 << 70)
    if kind == 2:
        return source.choice([source.random(), source.uniform(-1e30, 1e30), 10.0 ** source.randrange(-30, 30)])
    if kind < 6:
        return _any_text(source)
    elements = [_any_json(source, depth - 1) for _ in range(source.randrange(4))]
    return elements if kind == 6 else {_any_text(source): element for element in elements}


if __name__ == "__main__":
    unittest.main()
