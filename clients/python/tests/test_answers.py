"""What is made of whatever somebody at the socket answers."""

import threading
import time
import traceback
from errno import ECONNREFUSED, ENOENT

from warder_client import Code, WarderClientError

from .stub import ClientTestCase, answer, both, refusal, slowly


class AnswerTests(ClientTestCase):
    def test_each_code_of_the_vault_has_one_meaning(self) -> None:
        cases = [
            (403, "denied", Code.REFUSED, True, False),
            (403, "approval_required", Code.APPROVAL_REQUIRED, True, False),
            (403, "approval_denied", Code.APPROVAL_DENIED, True, False),
            (404, "not_found", Code.NOT_FOUND, True, False),
            (503, "sealed", Code.SEALED, False, True),
            (503, "restored_vault", Code.RESTORED_VAULT, True, False),
            (503, "not_initialised", Code.NOT_INITIALISED, False, True),
            (503, "audit_unavailable", Code.AUDIT_UNAVAILABLE, False, True),
            (503, "unavailable", Code.UNAVAILABLE, False, True),
            (429, "rate_limited", Code.RATE_LIMITED, False, True),
            (500, "internal", Code.VAULT_FAULT, False, False),
            (400, "invalid_request", Code.INVALID_REQUEST, False, False),
            (413, "too_large", Code.INVALID_REQUEST, False, False),
            (418, "later_version", Code.UNKNOWN, False, False),
        ]
        client = self.client()
        for status, code, expected, is_refusal, is_retryable in cases:
            for route in ("POST /v1/tokens", "GET /v1/secrets/"):
                with self.subTest(code=code, route=route):
                    self.rules.overrides = {route: refusal(status, code)}
                    error = self.failure(lambda: self.resolve(client, tool=code))
                    self.assertEqual((error.code, error.server_code, error.request_id), (expected, code, "req_7Q"))
                    self.assertEqual((error.is_refusal, error.is_retryable), (is_refusal, is_retryable))

    def test_an_accepted_request_without_a_token_waits_for_an_approval(self) -> None:
        self.rules.overrides["POST /v1/tokens"] = answer(202, '{"approval":"apr_1"}')
        self.assert_fails(Code.APPROVAL_REQUIRED, lambda: self.resolve(self.client()))

    def test_a_failure_shows_where_the_caller_asked_and_nothing_of_the_inside(self) -> None:
        self.rules.overrides["POST /v1/tokens"] = refusal(403, "denied")
        error = self.failure(lambda: self.resolve(self.client()))
        files = [frame.filename for frame in traceback.extract_tb(error.__traceback__)]
        self.assertFalse([file for file in files if "/_core/" in file])

    def test_the_time_to_wait_is_passed_on(self) -> None:
        client = self.client()
        for said, seconds in [("7", 7.0), ("0", 0.0), ("999999", 3600.0), ("-5", 0.0), ("soon", None)]:
            self.rules.overrides["POST /v1/tokens"] = refusal(429, "rate_limited", f"Retry-After: {said}\r\n")
            self.assertEqual(self.failure(lambda: self.resolve(client)).retry_after, seconds)

    def test_a_busy_vault_that_says_nothing_but_a_status_is_understood(self) -> None:
        client = self.client()
        meanings = {429: Code.RATE_LIMITED, 503: Code.UNAVAILABLE, 500: Code.PROTOCOL_VIOLATION}
        for status, code in meanings.items():
            self.rules.overrides["POST /v1/tokens"] = answer(status, "busy")
            self.assert_fails(code, lambda: self.resolve(client))

    def test_bytes_that_are_no_answer_end_the_call_and_the_connection(self) -> None:
        client = self.client()
        self.resolve(client)
        good = '{"name":"notes/key","field":"value","version":7,"value":"x"}'
        head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(good)}\r\n"
        for broken in [
            "hello\r\n\r\n",
            f"HTTP/2 200 OK\r\nContent-Length: {len(good)}\r\n\r\n{good}",
            f"HTTP/1.1 099 OK\r\nContent-Length: {len(good)}\r\n\r\n{good}",
            f"HTTP/1.1 200 OK\r\n\r\n{good}",
            f"{head}Content-Length: {len(good)}\r\n\r\n{good}",
            f"{head}Content-Length: 1\r\n\r\n{good}",
            f"HTTP/1.1 200 OK\r\nContent-Length: +{len(good)}\r\n\r\n{good}",
            f"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n{good}",
            f"{head}Transfer-Encoding: chunked\r\n\r\n{good}",
            f"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n{good}",
            f"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nZ\r\n{good}\r\n0\r\n\r\n",
            f"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n{good}\r\n0\r\n\r\n",
            f"{head}A b: c\r\n\r\n{good}",
            f"{head} folded\r\n\r\n{good}",
            f"{head}{'X: y' * 5000}\r\n\r\n{good}",
            head + "".join(f"X-{index}: y\r\n" for index in range(80)) + f"\r\n{good}",
            f"{head}\r\n{good}{head}\r\n{good}",
        ]:
            with self.subTest(broken=broken[:80]):
                connections = self.vault.connections
                self.rules.overrides = {"GET /v1/secrets/": broken.encode()}
                self.assert_fails(Code.PROTOCOL_VIOLATION, lambda: self.resolve(client))
                self.rules.overrides = {}
                self.assertEqual(self.resolve(client), "s3cret")
                self.assertEqual(self.vault.connections, connections + 1)

    def test_a_body_that_is_not_what_was_asked_for_is_no_answer(self) -> None:
        client = self.client()
        for body in [
            "",
            "null",
            "[]",
            "{",
            '{"name":"notes/key","field":"value","version":7}',
            '{"name":"notes/key","field":"value","version":7,"value":7}',
            '{"name":"notes/key","field":"value","version":7,"value":null}',
            '{"name":"notes/key","field":"value","version":7,"value":"a","value_base64":"YQ=="}',
            '{"name":"notes/key","field":"value","version":7,"value":"a","value":"b"}',
            '{"name":"notes/key","field":"value","version":7,"version":8,"value":"a"}',
            '{"name":"notes/key","field":"value","version":0,"value":"a"}',
            '{"name":"notes/key","field":"value","version":true,"value":"a"}',
            '{"name":"notes/key","field":"value","version":7.0,"value":"a"}',
            '{"name":"notes/key","field":"value","version":4294967296,"value":"a"}',
            '{"name":"notes/other","field":"value","version":7,"value":"a"}',
            '{"name":"notes/key","field":"other","version":7,"value":"a"}',
            '{"name":"notes/key","field":"value","version":7,"inner":{"value":"a"}}',
            '{"name":"notes/key","field":"value","version":7,"value":"a"} x',
            '{"name":"notes/key","field":"value","version":7,"value":"\\x"}',
            '{"name":"notes/key","field":"value","version":7,"value":"\\ud800"}',
            '{"name":"notes/key","field":"value","version":7,"value":"\\udc00\\ud800"}',
            '{"name":"notes/key","field":"value","version":7,"value":"a\nb"}',
            '{"name":"notes/key","field":"value","version":7,"value_base64":"YQ"}',
            '{"name":"notes/key","field":"value","version":7,"value_base64":"Y Q=="}',
            '{"name":"notes/key","field":"value","version":7,"value":"a","max_stale":"1"}',
        ]:
            with self.subTest(body=body):
                self.rules.overrides["GET /v1/secrets/"] = answer(200, body)
                self.assert_fails(Code.PROTOCOL_VIOLATION, lambda: self.resolve(client))

    def test_a_success_that_was_not_expected_is_no_success(self) -> None:
        client = self.client()
        for status in (200, 204, 206, 304):
            self.rules.overrides["POST /v1/tokens"] = answer(status, "" if status == 304 else "{}")
            self.assert_fails(Code.PROTOCOL_VIOLATION, lambda: self.resolve(client))

    def test_an_answer_beyond_the_limit_is_given_up(self) -> None:
        client = self.client()
        self.rules.overrides["POST /v1/tokens"] = b"HTTP/1.1 201 X\r\nContent-Length: 70000\r\n\r\n"
        self.assert_fails(Code.PROTOCOL_VIOLATION, lambda: self.resolve(client))
        chunks = b"8000\r\n" + b" " * 0x8000 + b"\r\n"
        self.rules.overrides["POST /v1/tokens"] = b"HTTP/1.1 201 X\r\nTransfer-Encoding: chunked\r\n\r\n" + 3 * chunks
        self.assert_fails(Code.PROTOCOL_VIOLATION, lambda: self.resolve(client))

    def test_a_body_in_chunks_is_put_together(self) -> None:
        body = '{"name":"notes/key","field":"value","version":7,"value":"in chunks"}'
        self.rules.overrides["GET /v1/secrets/"] = (
            f"HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\n\r\n{10:x};a=b\r\n{body[:10]}\r\n"
            f"{len(body) - 10:X}\r\n{body[10:]}\r\n0\r\n\r\n"
        ).encode()
        self.assertEqual(self.resolve(self.client()), "in chunks")

    def test_a_connection_that_ends_inside_an_answer_is_an_outage(self) -> None:
        client = self.client()
        self.resolve(client)
        asked = len(self.vault.asked("GET /v1/secrets/"))
        self.rules.overrides["GET /v1/secrets/"] = (
            b'HTTP/1.1 200 X\r\nContent-Length: 99\r\nConnection: close\r\n\r\n{"name":'
        )
        self.assert_fails(Code.UNREACHABLE, lambda: self.resolve(client))
        self.assertEqual(len(self.vault.asked("GET /v1/secrets/")), asked + 1)

    def test_escapes_and_bytes_in_a_value_arrive(self) -> None:
        client = self.client()
        for written, value in [
            ('"value":"a\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\ud83d\\ude00z"', 'a"\\/\b\f\n\r\té😀z'),
            ('"value":"é😀"', "é😀"),
            ('"value":""', ""),
            ('"value" : "\\u0000"', "\0"),
            ('"value_base64":"w6k="', "é"),
            ('"value_base64":""', ""),
        ]:
            self.rules.value = written
            self.assertEqual(self.resolve(client), value)

    def test_a_value_of_one_mebibyte_arrives(self) -> None:
        self.rules.value = '"value":"' + "\\u0041" * (1 << 20) + '"'
        self.assertEqual(self.resolve(self.client()), "A" * (1 << 20))

    def test_a_value_that_is_no_text_says_so_without_showing_it(self) -> None:
        self.rules.value = '"value_base64":"/wBzM2NyZXQ="'
        secret = self.client().resolve("notes/key", tool="t")
        self.assertEqual(secret.value.unprotected_bytes(), b"\xff\0s3cret")
        with self.assertRaises(ValueError) as caught:
            secret.unprotected_text()
        self.assertIsNone(caught.exception.__context__)
        self.assertNotIn("s3cret", repr(caught.exception))

    def test_a_token_that_cannot_stand_in_a_header_is_never_sent(self) -> None:
        client = self.client()
        for token in ('a\\r\\nX: y', "", "a b", "\\u0000", "é"):
            self.rules.overrides["POST /v1/tokens"] = answer(201, f'{{"token":"{token}","expires_in":300}}')
            self.assert_fails(Code.PROTOCOL_VIOLATION, lambda: self.resolve(client))

    def test_a_life_that_no_vault_gives_is_a_violation(self) -> None:
        client = self.client()
        for life in ("-1", "0", "3601", "true", '"300"', "1.5"):
            self.rules.overrides["POST /v1/tokens"] = answer(201, f'{{"token":"t","expires_in":{life}}}')
            self.assert_fails(Code.PROTOCOL_VIOLATION, lambda: self.resolve(client))

    def test_what_the_vault_writes_into_codes_and_ids_reaches_no_log(self) -> None:
        self.rules.overrides["POST /v1/tokens"] = answer(
            403, '{"error":{"code":"s3cret <b>","message":"s3cret","request_id":"wdr_t_s3cret"}}'
        )
        error = self.failure(lambda: self.resolve(self.client()))
        self.assertEqual((error.code, error.server_code, error.request_id), (Code.UNKNOWN, None, None))
        self.assertNotIn("s3cret", f"{error} {error!r} {vars(error)}")


class ConnectionTests(ClientTestCase):
    def test_no_socket_and_nobody_listening_are_unreachable_with_the_reason_of_the_kernel(self) -> None:
        file = f"{self.vault.directory}/file"
        open(file, "w").close()
        for path, number in [(f"{self.vault.directory}/none", ENOENT), (file, ECONNREFUSED)]:
            client = self.client(path)
            error = self.failure(lambda: self.resolve(client))
            self.assertEqual((error.code, error.system_error), (Code.UNREACHABLE, number))

    def test_a_kept_connection_that_the_vault_closes_under_a_request_is_replaced(self) -> None:
        client = self.client()
        self.resolve(client)
        self.vault.drop_connections()
        self.assertEqual(self.resolve(client), "s3cret")
        self.assertEqual(self.vault.connections, 2)

    def test_a_request_is_sent_again_once_and_no_more(self) -> None:
        client = self.client()
        self.resolve(client)
        asked = len(self.vault.asked("GET /v1/secrets/"))
        self.rules.overrides["GET /v1/secrets/"] = None
        self.assert_fails(Code.UNREACHABLE, lambda: self.resolve(client))
        self.assertEqual(len(self.vault.asked("GET /v1/secrets/")), asked + 2)

    def test_a_fresh_connection_that_the_vault_closes_is_not_tried_again(self) -> None:
        self.rules.overrides["POST /v1/tokens"] = None
        self.assert_fails(Code.UNREACHABLE, lambda: self.resolve(self.client()))
        self.assertEqual(len(self.vault.asked("POST /v1/tokens")), 1)

    def test_a_connection_that_the_vault_ends_after_an_answer_is_not_used_again(self) -> None:
        client = self.client()
        body = '{"name":"notes/key","field":"value","version":7,"value":"x"}'
        self.rules.overrides["GET /v1/secrets/"] = answer(200, body, "Connection: close\r\n")
        for _ in range(3):
            self.assertEqual(self.resolve(client), "x")
        self.assertEqual(self.vault.connections, 3)

    def test_an_answer_that_nobody_asked_for_is_not_taken_for_the_next_one(self) -> None:
        client = self.client()
        late = answer(200, '{"name":"notes/key","field":"value","version":7,"value":"forged"}')
        body = '{"name":"notes/key","field":"value","version":7,"value":"true"}'
        self.rules.overrides["GET /v1/secrets/"] = answer(200, body)
        self.resolve(client)
        for peer in list(self.vault._open):
            peer.sendall(late)
        time.sleep(0.05)
        self.assertEqual(self.resolve(client), "true")
        self.assertEqual(self.vault.connections, 2)

    def test_calls_that_wait_for_a_connection_have_the_same_deadline(self) -> None:
        client = self.client(timeout=0.6, maximum_connections=1)
        self.resolve(client)
        self.rules.delay = 4
        codes: list[Code] = []
        start = time.monotonic()
        calls = [
            threading.Thread(target=lambda: codes.append(self.failure(lambda: self.resolve(client)).code))
            for _ in range(4)
        ]
        for call in calls:
            call.start()
        for call in calls:
            call.join()
        self.assertEqual(codes, [Code.TIMED_OUT] * 4)
        self.assertLess(time.monotonic() - start, 3.5)
        self.rules.delay = 0

    def test_more_calls_than_may_wait_are_refused_at_once(self) -> None:
        client = self.client(maximum_calls=1)
        self.resolve(client)
        self.rules.delay = 0.5
        first = threading.Thread(target=lambda: self.resolve(client))
        first.start()
        time.sleep(0.2)
        error = self.failure(lambda: self.resolve(client))
        self.assertEqual((error.code, error.is_retryable), (Code.OVERLOADED, True))
        first.join()
        self.rules.delay = 0
        self.assertEqual(self.resolve(client), "s3cret")

    def test_calls_in_flight_end_when_the_client_is_closed(self) -> None:
        client = self.client()
        self.rules.overrides["POST /v1/tokens"] = slowly(5, None)
        codes: list[Code] = []
        waiting = threading.Thread(
            target=lambda: codes.append(self.failure(lambda: self.resolve(client, arguments={})).code)
        )
        waiting.start()
        time.sleep(0.3)
        start = time.monotonic()
        client.close()
        waiting.join()
        self.assertEqual(codes, [Code.CLOSED])
        self.assertLess(time.monotonic() - start, 4)
        self.assert_fails(Code.CLOSED, lambda: self.resolve(client))

    def test_closing_is_not_held_up_by_a_vault_that_does_not_answer(self) -> None:
        client = self.client()
        for index in range(20):
            self.resolve(client, tool=f"t{index}")
        self.rules.overrides["DELETE /v1/tokens/self"] = slowly(30, None)
        start = time.monotonic()
        client.close()
        self.assertLess(time.monotonic() - start, 15)

    def test_two_thousand_calls_to_a_vault_that_is_away_all_end(self) -> None:
        client = self.client(f"{self.vault.directory}/none")
        for index in range(2_000):
            with self.assertRaises(WarderClientError) as caught:
                self.resolve(client, tool=f"t{index}")
            self.assertEqual(caught.exception.code, Code.UNREACHABLE)


both(AnswerTests, globals())
both(ConnectionTests, globals())
