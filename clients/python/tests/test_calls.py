"""Tokens, reports, kept values and changes, with a vault that does as it is told."""

import asyncio
import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from typing import Any
from unittest import mock

from warder_client import CallContext, CallReport, ChangeKind, Code, CredentialRefused, WarderClientError
from warder_client._core import answers

from .stub import TRACE, ClientTestCase, LoopClient, Seen, answer, both, refusal, slowly


#: Keeps a value, and when it is told reports a call that used it while the vault was away; then it ends.
_PROGRAM = """
import sys
from warder_client import CallReport, WarderClient, WarderClientConfiguration

warder = WarderClient(WarderClientConfiguration(socket_path=sys.argv[1], timeout=3_600))
warder.resolve("a", tool="t", max_stale=60)
print("kept", flush=True)
sys.stdin.readline()
warder.report(CallReport("ok"), warder.resolve("a", tool="t", max_stale=60))
"""
_ASYNC_PROGRAM = """
import asyncio, sys
from warder_client import AsyncWarderClient, CallReport, WarderClientConfiguration

async def main():
    warder = AsyncWarderClient(WarderClientConfiguration(socket_path=sys.argv[1], timeout=3_600))
    await warder.resolve("a", tool="t", max_stale=60)
    print("kept", flush=True)
    sys.stdin.readline()
    await warder.report(CallReport("ok"), await warder.resolve("a", tool="t", max_stale=60))
    # So that the report has begun.
    await asyncio.sleep(0.1)

asyncio.run(main())
"""


class Clock:
    """Stands still until it is told."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


class TokenTests(ClientTestCase):
    def wait_for(self, count: int) -> None:
        end = time.monotonic() + 5
        while len(self.vault.asked("POST /v1/tokens")) < count and time.monotonic() < end:
            time.sleep(0.005)

    def test_requests_carry_the_token_the_trace_and_nothing_that_was_not_given(self) -> None:
        context = CallContext(
            on_behalf_of="ada", agent="assistant", session="s", purpose="why ü", traceparent=TRACE
        )
        client = self.client()
        self.resolve(client, field="user", tool_digest="a" * 64, arguments={"b": 1, "a": "é"}, context=context)
        token, secret = self.vault.seen
        self.assertEqual(
            token.body,
            '{"tool":"notes/create","tool_digest":"' + "a" * 64 + '","on_behalf_of":"ada","agent":"assistant",'
            '"session":"s","purpose":"why ü","arguments":{"a":"é","b":1}}',
        )
        self.assertEqual(secret.line, "GET /v1/secrets/notes/key?field=user HTTP/1.1")
        self.assertEqual((token.fields["traceparent"], secret.fields["traceparent"]), (TRACE, TRACE))
        self.assertEqual(set(secret.fields), {"host", "traceparent", "authorization"})
        self.resolve(client)
        self.assertEqual(self.vault.seen[2].body, '{"tool":"notes/create"}')
        self.assertNotIn("traceparent", self.vault.seen[2].fields)

    def test_half_way_through_its_life_a_token_is_replaced_without_anybody_waiting(self) -> None:
        clock = Clock()
        client = self.client(clock=clock, jitter=lambda: 0.5)
        self.resolve(client)
        clock.now += 149
        self.resolve(client)
        self.assertEqual(self.rules.issued, 1)
        clock.now += 2
        self.rules.overrides["POST /v1/tokens"] = slowly(3, answer(201, '{"token":"t2","expires_in":300}'))
        start = time.monotonic()
        self.assertEqual(self.resolve(client), "s3cret")
        self.assertLess(time.monotonic() - start, 2.5)
        self.wait_for(2)

    def test_after_four_fifths_of_its_life_a_token_is_not_used_any_more(self) -> None:
        clock = Clock()
        client = self.client(clock=clock)
        self.resolve(client)
        self.rules.overrides["POST /v1/tokens"] = refusal(503, "unavailable")
        clock.now += 241
        self.assert_fails(Code.UNAVAILABLE, lambda: self.resolve(client))

    def test_a_failed_renewal_does_not_disturb_calls_and_is_tried_again_after_a_second(self) -> None:
        clock = Clock()
        client = self.client(clock=clock, jitter=lambda: 0.0)
        self.resolve(client)
        self.rules.overrides["POST /v1/tokens"] = refusal(503, "unavailable")
        clock.now += 136
        for _ in range(3):
            self.assertEqual(self.resolve(client), "s3cret")
            self.wait_for(2)
            time.sleep(0.02)
        self.assertEqual(len(self.vault.asked("POST /v1/tokens")), 2)
        clock.now += 1.1
        self.resolve(client)
        self.wait_for(3)
        self.assertEqual(len(self.vault.asked("POST /v1/tokens")), 3)

    def test_a_vault_that_accepts_no_token_is_asked_twice_and_no_more(self) -> None:
        self.rules.overrides["GET /v1/secrets/"] = refusal(401, "token_invalid")
        self.assert_fails(Code.TOKEN_INVALID, lambda: self.resolve(self.client()))
        self.assertEqual(len(self.vault.asked("GET /v1/secrets/")), 2)
        self.assertEqual(len(self.vault.asked("POST /v1/tokens")), 2)

    def test_everybody_who_waits_for_a_token_hears_of_its_failure(self) -> None:
        self.rules.overrides["POST /v1/tokens"] = slowly(0.3, refusal(403, "denied"))
        client = self.client()
        codes: list[Code] = []
        calls = [
            threading.Thread(target=lambda: codes.append(self.failure(lambda: self.resolve(client)).code))
            for _ in range(50)
        ]
        for call in calls:
            call.start()
        for call in calls:
            call.join()
        self.assertEqual(codes, [Code.REFUSED] * 50)
        self.assertEqual(len(self.vault.asked("POST /v1/tokens")), 1)

    def test_no_more_than_256_tokens_are_kept(self) -> None:
        client = self.client()
        for index in range(300):
            self.resolve(client, context=CallContext(session=f"s{index}"))
        self.resolve(client, context=CallContext(session="s299"))
        self.assertEqual(self.rules.issued, 300)
        self.resolve(client, context=CallContext(session="s0"))
        self.assertEqual(self.rules.issued, 301)


class CallTests(ClientTestCase):
    def reports(self) -> list[str]:
        return [seen.body for seen in self.vault.asked("POST /v1/calls")]

    def test_the_value_is_gone_when_the_body_returns(self) -> None:
        secret = self.client().with_credential("a", lambda secret: secret, tool="t")
        self.assertTrue(secret.value.is_wiped)

    def test_a_secret_that_cannot_be_resolved_never_reaches_the_body(self) -> None:
        self.rules.overrides["GET /v1/secrets/"] = refusal(403, "denied")
        ran: list[object] = []
        self.assert_fails(Code.REFUSED, lambda: self.client().with_credential("a", ran.append, tool="t"))
        self.assertEqual((ran, self.reports()), ([], []))

    def test_a_returned_failure_is_reported_as_what_it_is(self) -> None:
        client = self.client()
        client.with_credential("a", lambda _: "no", tool="t", outcome=lambda result: f"{'error' if result else 'ok'}")
        self.assertIn('"outcome":"error"', self.reports()[0])

    def test_a_report_that_fails_is_told_and_the_call_succeeds_nevertheless(self) -> None:
        told: list[WarderClientError] = []
        client = self.client(report_failed=told.append)
        self.rules.overrides["POST /v1/calls"] = refusal(503, "audit_unavailable")
        self.assertEqual(client.with_credential("a", lambda _: 1, tool="t"), 1)
        self.assertEqual([error.code for error in told], [Code.AUDIT_UNAVAILABLE])

    def test_a_report_of_ones_own_carries_what_the_caller_knows(self) -> None:
        client = self.client()
        secret = client.resolve("a", tool="t", context=CallContext(traceparent=TRACE))
        client.report(CallReport("ok", duration_ms=12, outputs_digest="b" * 64, changed="one ‘note’"), secret)
        self.assertEqual(
            json.loads(self.reports()[0]),
            {"outcome": "ok", "duration_ms": 12, "outputs_digest": "b" * 64, "changed": "one ‘note’"},
        )
        self.assertEqual(self.vault.asked("POST /v1/calls")[0].fields["traceparent"], TRACE)

    def test_an_interrupt_out_of_the_body_is_an_outcome_too(self) -> None:
        def body(_: object) -> None:
            raise KeyboardInterrupt

        if not self.is_async:
            with self.assertRaises(KeyboardInterrupt):
                self.client().with_credential("a", body, tool="t")
            self.assertIn('"outcome":"error"', self.reports()[0])

    def test_a_cancelled_call_is_reported_like_any_other(self) -> None:
        client = self.client()
        if not isinstance(client, LoopClient):
            return

        async def cancel() -> None:
            async def body(_: object) -> None:
                await asyncio.sleep(60)

            call = asyncio.create_task(client.client.with_credential("a", body, tool="t"))
            await asyncio.sleep(0.3)
            call.cancel()
            with self.assertRaises(asyncio.CancelledError):
                await call

        client.run(cancel())
        self.assertIn('"outcome":"error"', self.reports()[0])

    def test_the_token_of_a_call_that_is_cancelled_again_while_it_is_reported_goes_back_after_the_report(self) -> None:
        client = self.client()
        if not isinstance(client, LoopClient):
            return
        started, reported, release = threading.Event(), threading.Event(), threading.Event()
        self.addCleanup(release.set)

        def hold(_: Seen) -> bytes | None:
            reported.set()
            release.wait(60)
            return answer(204)

        self.rules.overrides["POST /v1/calls"] = hold

        async def body(_: object) -> None:
            started.set()
            await asyncio.sleep(3_600)

        async def cancel() -> None:
            call = asyncio.create_task(client.client.with_credential("a", body, tool="t", arguments={}))
            for event in (started, reported):
                while not event.is_set():
                    await asyncio.sleep(0.01)
                call.cancel()
            with self.assertRaises(asyncio.CancelledError):
                await call

        client.run(cancel())
        time.sleep(0.2)
        self.assertEqual(self.vault.asked("DELETE "), [])
        release.set()
        end = time.monotonic() + 60
        while not self.vault.asked("DELETE ") and time.monotonic() < end:
            time.sleep(0.01)
        self.assertEqual(len(self.vault.asked("DELETE ")), 1)

    def test_a_cancelled_call_takes_neither_the_others_nor_the_connections_with_it(self) -> None:
        client = self.client(maximum_connections=2)
        if not isinstance(client, LoopClient):
            return
        self.rules.delay = 0.2

        async def cancel() -> list[Any]:
            calls = [asyncio.create_task(client.client.resolve("a", tool="t")) for _ in range(20)]
            await asyncio.sleep(0.1)
            for call in calls[:10]:
                call.cancel()
            return await asyncio.gather(*calls, return_exceptions=True)

        results = client.run(cancel())
        self.assertTrue(all(isinstance(result, asyncio.CancelledError) for result in results[:10]))
        self.assertEqual([result.unprotected_text() for result in results[10:]], ["s3cret"] * 10)
        self.assertEqual(self.rules.issued, 1)

    def test_a_refused_value_is_asked_for_again_and_not_kept(self) -> None:
        client = self.client()

        def refuse(_: object) -> None:
            raise CredentialRefused

        with self.assertRaises(CredentialRefused):
            client.with_credential("a", refuse, tool="t", max_stale=60)
        self.assertEqual(len(self.vault.asked("GET /v1/secrets/")), 2)
        self.assertIn('"outcome":"refused"', self.reports()[0])

    def test_another_version_is_asked_for_with_the_token_that_is_there_which_goes_back_afterwards(self) -> None:
        client = self.client()

        def refuse_the_first(secret: Any) -> int:
            if secret.version == 7:
                self.rules.version = 8
                raise CredentialRefused
            version: int = secret.version
            return version

        self.assertEqual(client.with_credential("a", refuse_the_first, tool="t", arguments={}), 8)
        client.close()
        seen = [" ".join(seen.line.split("?")[0].split(" ")[:2]) for seen in self.vault.seen]
        value, report = "GET /v1/secrets/a", "POST /v1/calls"
        self.assertEqual(seen, ["POST /v1/tokens", value, report, value, report, "DELETE /v1/tokens/self"])
        tokens = {seen.fields["authorization"] for seen in self.vault.seen[1:]}
        self.assertEqual((len(tokens), self.vault.seen[3].fields["if-none-match"]), (1, '"v7"'))

    def test_a_shared_token_that_ended_while_a_call_went_on_is_replaced_once(self) -> None:
        client = self.client()
        for version in (8, 7):
            with self.subTest(version=version):
                self.rules.version = 7

                def refuse_the_first(secret: Any) -> int:
                    if secret.version == 7:
                        self.rules.version = version
                        self.rules.dead.add(f"wdr_t_{self.rules.issued:049}")
                        raise CredentialRefused
                    found: int = secret.version
                    return found

                if version == 8:
                    self.assertEqual(client.with_credential("a", refuse_the_first, tool="t"), 8)
                else:
                    with self.assertRaises(CredentialRefused):
                        client.with_credential("a", refuse_the_first, tool="t")
        # That of the first call, and one for each that was dead.
        self.assertEqual(self.rules.issued, 3)

    def test_a_value_of_the_same_version_is_wiped_where_the_vault_gives_it_nevertheless(self) -> None:
        client = self.client()
        value = answer(200, '{"name":"a","field":"value","version":7,"value":"s3cret"}')
        self.rules.overrides["GET /v1/secrets/"] = value
        given: list[Any] = []
        values = answers.values

        def seen(*arguments: Any) -> Any:
            given.append(values(*arguments))
            return given[-1]

        def refuse(_: object) -> None:
            raise CredentialRefused

        with mock.patch.object(answers, "values", seen), self.assertRaises(CredentialRefused):
            client.with_credential("a", refuse, tool="t")
        self.assertEqual([secret.is_wiped for found in given for secret in found.values], [True, True])

    def test_what_whoever_is_told_of_a_failed_report_raises_changes_nothing_for_the_caller(self) -> None:
        def fail(_: object) -> None:
            raise ZeroDivisionError

        client = self.client(report_failed=fail)
        self.rules.overrides["POST /v1/calls"] = refusal(503, "audit_unavailable")
        with mock.patch("sys.excepthook") as hook:
            self.assertEqual(client.with_credential("a", lambda _: 1, tool="t"), 1)
        self.assertEqual([call.args[0] for call in hook.call_args_list], [ZeroDivisionError])

    def test_whatever_the_vault_says_to_that_question_the_refusal_comes_out(self) -> None:
        client = self.client(approval_patience=3_600)
        for found in [
            refusal(401, "token_invalid"), refusal(403, "denied"), refusal(429, "rate_limited"),
            refusal(503, "sealed"), refusal(503, "unavailable"), None, answer(200, "{}"),
            answer(202, '{"approval":"apr_0000000000000000000000","state":"pending"}'),
        ]:
            for arguments in (None, "one call"):
                with self.subTest(found=found, arguments=arguments):
                    self.rules.overrides.clear()

                    def refuse(_: object) -> None:
                        self.rules.overrides["GET /v1/secrets/"] = found
                        self.rules.overrides["POST /v1/tokens"] = found
                        raise CredentialRefused

                    with self.assertRaises(CredentialRefused):
                        client.with_credential("a", refuse, tool="t", arguments=arguments)
        # One for all calls without arguments, and one more in place of that which was not accepted.
        self.assertEqual((self.rules.issued, self.vault.asked("GET /v1/approvals/")), (10, []))


class StaleTests(ClientTestCase):
    def setUp(self) -> None:
        super().setUp()
        # As an older vault, which does not tell changes.
        self.rules.overrides["GET /v1/changes"] = refusal(404, "not_found")
        self.rules.value = '"value":"s3cret","max_stale":3600'
        self.clock = Clock()

    def stale(self, client: Any, max_stale: float = 60) -> float | None:
        age: float | None = client.resolve("a", tool="t", max_stale=max_stale).stale
        return age

    def test_a_stale_value_says_how_old_it_is(self) -> None:
        client = self.client(clock=self.clock)
        self.assertIsNone(self.stale(client))
        self.vault.stop()
        self.clock.now += 12.5
        self.assertEqual(self.stale(client), 12.5)
        self.clock.now += 47.4
        self.assertIsNotNone(self.stale(client))
        self.clock.now += 0.2
        self.assert_fails(Code.UNREACHABLE, lambda: self.stale(client))

    def test_nothing_is_kept_that_the_vault_does_not_allow(self) -> None:
        client = self.client(clock=self.clock)
        self.rules.value = '"value":"s3cret"'
        self.stale(client)
        self.vault.stop()
        self.assert_fails(Code.UNREACHABLE, lambda: self.stale(client))

    def test_the_vaults_word_about_staleness_goes_before_the_callers(self) -> None:
        client = self.client(clock=self.clock)
        self.rules.value = '"value":"s3cret","max_stale":10'
        self.stale(client)
        self.rules.overrides["GET /v1/secrets/"] = refusal(503, "unavailable")
        self.clock.now += 9
        self.assertEqual(self.stale(client), 9)
        self.clock.now += 2
        self.assert_fails(Code.UNAVAILABLE, lambda: self.stale(client))
        self.rules.value = '"value":"s3cret","max_stale":0'
        del self.rules.overrides["GET /v1/secrets/"]
        self.stale(client)
        self.rules.overrides["GET /v1/secrets/"] = refusal(503, "unavailable")
        self.assert_fails(Code.UNAVAILABLE, lambda: self.stale(client))

    def test_only_a_vault_that_could_not_be_asked_makes_a_call_use_an_older_value(self) -> None:
        client = self.client()
        self.stale(client)
        for status, code in [
            (429, "rate_limited"), (503, "audit_unavailable"), (500, "internal"), (400, "invalid_request"),
        ]:
            self.rules.overrides["GET /v1/secrets/"] = refusal(status, code)
            self.failure(lambda: self.stale(client))
        self.rules.overrides["GET /v1/secrets/"] = refusal(503, "unavailable")
        self.assertIsNotNone(self.stale(client))

    def test_what_was_refused_or_sealed_away_is_not_used_any_more(self) -> None:
        client = self.client()
        for status, code in [
            (403, "denied"), (404, "not_found"), (401, "token_invalid"), (403, "approval_required"),
            (503, "sealed"), (503, "restored_vault"), (503, "not_initialised"),
        ]:
            with self.subTest(code=code):
                self.rules.overrides.pop("GET /v1/secrets/", None)
                self.assertIsNone(self.stale(client))
                self.rules.overrides["GET /v1/secrets/"] = refusal(status, code)
                self.failure(lambda: self.stale(client))
                self.rules.overrides["GET /v1/secrets/"] = refusal(503, "unavailable")
                self.assert_fails(Code.UNAVAILABLE, lambda: self.stale(client))

    def test_a_value_that_its_upstream_refused_is_not_used_again(self) -> None:
        client = self.client()
        self.stale(client)
        self.rules.overrides["GET /v1/secrets/"] = refusal(503, "unavailable")

        def refuse(_: object) -> None:
            raise CredentialRefused

        with self.assertRaises(CredentialRefused):
            client.with_credential("a", refuse, tool="t", max_stale=60)
        self.assert_fails(Code.UNAVAILABLE, lambda: self.stale(client))

    def test_a_value_that_its_upstream_refused_in_a_with_statement_is_not_used_again(self) -> None:
        client = self.client()
        self.stale(client)

        async def refuse(asking: Any) -> None:
            async with asking.credential("a", tool="t", max_stale=60):
                raise CredentialRefused

        with self.assertRaises(CredentialRefused):
            if isinstance(client, LoopClient):
                client.run(refuse(client.client))
            else:
                with client.credential("a", tool="t", max_stale=60):
                    raise CredentialRefused
        self.rules.overrides["GET /v1/secrets/"] = refusal(503, "unavailable")
        self.assert_fails(Code.UNAVAILABLE, lambda: self.stale(client))

    def test_the_newer_version_that_is_refused_as_well_is_not_kept(self) -> None:
        client = self.client()

        def refuse(_: object) -> None:
            self.rules.version = 8
            raise CredentialRefused

        with self.assertRaises(CredentialRefused):
            client.with_credential("a", refuse, tool="t", max_stale=60)
        self.assertEqual(len(self.vault.asked("POST /v1/calls")), 2)
        self.rules.overrides["GET /v1/secrets/"] = refusal(503, "unavailable")
        self.assert_fails(Code.UNAVAILABLE, lambda: self.stale(client))

    def test_the_newer_version_that_a_refused_call_goes_on_with_is_kept_in_its_place(self) -> None:
        client = self.client()
        self.stale(client)
        used: list[int] = []
        # First refused as a kept value, then as one of now.
        for version in (8, 9):
            if version == 8:
                self.rules.overrides["GET /v1/secrets/"] = refusal(503, "unavailable")

            def refuse_older(secret: Any) -> None:
                used.append(secret.version)
                if secret.version < version:
                    self.rules.overrides.pop("GET /v1/secrets/", None)
                    self.rules.version = version
                    raise CredentialRefused

            client.with_credential("a", refuse_older, tool="t", max_stale=60)
        self.rules.overrides["GET /v1/secrets/"] = refusal(503, "unavailable")
        client.with_credential("a", lambda secret: used.append(secret.version), tool="t", max_stale=60)
        self.assertEqual(used, [7, 8, 8, 9, 9])

    def test_tools_and_contexts_do_not_share_what_is_kept(self) -> None:
        client = self.client()
        self.stale(client)
        self.vault.stop()
        for tool, context in (("other", CallContext()), ("t", CallContext(on_behalf_of="bob"))):
            with self.assertRaises(WarderClientError):
                client.resolve("a", tool=tool, context=context, max_stale=60)

    def test_what_a_late_report_says_of_the_call_fits_into_what_the_vault_takes(self) -> None:
        client = self.client(clock=self.clock)
        self.stale(client)
        self.rules.overrides["GET /v1/secrets/"] = refusal(503, "unavailable")
        secret = client.resolve("a", tool="t", max_stale=60)
        client.report(CallReport("ok", changed="\u00e9" * 400), secret)
        self.until(lambda: len(self.vault.asked("POST /v1/calls")) == 1)
        changed = json.loads(self.vault.asked("POST /v1/calls")[-1].body)["changed"]
        self.assertTrue(changed.startswith("used version 7 as the vault gave it 0 s before, while it was away; \u00e9"))
        self.assertIn(len(changed.encode()), (499, 500))
        self.assertTrue(changed.endswith("\u00e9"))

    def test_nobody_waits_for_a_late_report_and_one_that_never_reaches_the_vault_is_told(self) -> None:
        lost: list[Code] = []
        client = self.client(report_failed=lambda error: lost.append(error.code))
        self.stale(client)
        self.rules.overrides["GET /v1/secrets/"] = refusal(503, "unavailable")
        hanging = threading.Event()
        self.addCleanup(hanging.set)

        def hang(_: Seen) -> bytes | None:
            hanging.wait(60)
            return None

        self.rules.overrides["POST /v1/calls"] = hang
        secret = client.resolve("a", tool="t", max_stale=60)
        for _ in range(256 + 1 + 2):
            client.report(CallReport("ok"), secret)
        client.close()
        # The one that was on its way is told on another thread.
        self.until(lambda: len(lost) == 256 + 1 + 2)
        self.assertEqual(lost.count(Code.OVERLOADED) + lost.count(Code.CLOSED), len(lost))
        # The oldest made room; one may have been on its way by then.
        self.assertIn(lost.count(Code.OVERLOADED), (2, 3))

    def test_a_late_report_keeps_no_process_nor_does_the_token_that_it_asks_for(self) -> None:
        program = _ASYNC_PROGRAM if self.is_async else _PROGRAM
        with subprocess.Popen(
            [sys.executable, "-W", "error", "-c", program, self.vault.path],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as child:
            assert child.stdout is not None
            self.assertEqual(child.stdout.readline(), "kept\n")
            hanging = threading.Event()
            self.addCleanup(hanging.set)

            def hang(_: Seen) -> bytes | None:
                hanging.wait(120)
                return None

            self.rules.overrides["GET /v1/secrets/"] = refusal(503, "unavailable")
            self.rules.overrides["POST /v1/calls"] = refusal(401, "token_invalid")
            self.rules.overrides["POST /v1/tokens"] = hang
            try:
                _, said = child.communicate("go\n", timeout=100)
            finally:
                child.kill()
        self.assertEqual((child.returncode, said), (0, ""))

    def test_a_vault_that_is_back_and_takes_no_reports_yet_leaves_them_waiting(self) -> None:
        failed: list[Code] = []
        client = self.client(report_failed=lambda error: failed.append(error.code))
        for status, code in [
            (503, "sealed"), (429, "rate_limited"), (503, "audit_unavailable"), (503, "restored_vault"),
            (503, "not_initialised"),
        ]:
            with self.subTest(code=code):
                self.rules.overrides.pop("GET /v1/secrets/", None)
                self.assertIsNone(self.stale(client))
                self.rules.overrides["GET /v1/secrets/"] = refusal(503, "unavailable")
                self.rules.overrides["POST /v1/calls"] = refusal(status, code)
                secret = client.resolve("a", tool="t", max_stale=60)
                for _ in range(3):
                    client.report(CallReport("ok"), secret)
                sending = getattr(client, "client", client)._session.resolver._reporter._sending
                self.until(lambda: not sending)
                del self.rules.overrides["GET /v1/secrets/"]
                before = len(self.vault.asked("POST /v1/calls"))
                # One is tried, and the others are left for later.
                self.stale(client)
                self.until(lambda: len(self.vault.asked("POST /v1/calls")) > before and not sending)
                self.assertEqual(len(self.vault.asked("POST /v1/calls")), before + 1)
                del self.rules.overrides["POST /v1/calls"]
                # One that was on its way is put back first.
                self.until(lambda: self.stale(client) is None and len(self.vault.asked("POST /v1/calls")) >= before + 4)
        self.assertEqual(failed, [])

    def test_a_late_report_whose_token_ended_meanwhile_goes_out_under_a_new_one(self) -> None:
        failed: list[Code] = []
        client = self.client(report_failed=lambda error: failed.append(error.code))
        self.stale(client)
        self.rules.overrides["GET /v1/secrets/"] = refusal(503, "unavailable")
        secret = client.resolve("a", tool="t", max_stale=60)
        self.rules.dead.add(f"wdr_t_{1:049}")
        client.report(CallReport("ok"), secret)
        self.until(lambda: len(self.vault.asked("POST /v1/calls")) == 2)
        self.assertEqual((len(self.vault.asked("POST /v1/calls")), self.rules.issued, failed), (2, 2, []))

    def test_a_call_whose_token_was_refused_is_served_nothing_where_nobody_issues_another(self) -> None:
        client = self.client()
        self.stale(client)
        self.rules.dead.add(f"wdr_t_{1:049}")
        self.rules.overrides["POST /v1/tokens"] = refusal(503, "unavailable")
        for _ in range(2):
            self.assert_fails(Code.UNAVAILABLE, lambda: self.stale(client))

    def test_a_value_that_was_refused_to_another_call_while_it_was_on_its_way_is_not_kept(self) -> None:
        client = self.client()
        self.stale(client)
        refused = threading.Event()
        waiting = threading.Event()
        value = answer(200, '{"name":"a","field":"value","version":8,"value":"v","max_stale":3600}')

        def late(_: object) -> bytes | None:
            if waiting.is_set():
                return refusal(403, "denied")
            waiting.set()
            refused.wait(60)
            return value

        self.rules.overrides["GET /v1/secrets/"] = late
        first = threading.Thread(target=lambda: self.stale(client))
        first.start()
        waiting.wait(60)
        self.assert_fails(Code.REFUSED, lambda: self.stale(client))
        refused.set()
        first.join()
        self.rules.overrides["GET /v1/secrets/"] = refusal(503, "unavailable")
        self.assert_fails(Code.UNAVAILABLE, lambda: self.stale(client))

    def test_a_call_that_ends_while_the_client_is_closed_keeps_nothing(self) -> None:
        client = self.client()
        self.stale(client)
        resolver = getattr(client, "client", client)._session.resolver
        asked, closing, ended = threading.Event(), threading.Event(), threading.Event()

        def late(seen: Seen) -> bytes | None:
            asked.set()
            closing.wait(60)
            return answer(200, '{"name":"a","field":"value","version":8,"value":"v","max_stale":3600}')

        def give_back(_: Seen) -> bytes | None:
            closing.set()
            ended.wait(0.9)
            return answer(204)

        self.rules.overrides["GET /v1/secrets/"] = late
        self.rules.overrides["DELETE "] = give_back
        def ending() -> None:
            self.stale(client)
            ended.set()

        call = threading.Thread(target=ending)
        call.start()
        asked.wait(60)
        client.close()
        call.join()
        self.assertFalse(resolver._kept)

    def until(self, holds: Callable[[], bool]) -> None:
        """Waits for it."""
        end = time.monotonic() + 60
        while not holds():
            self.assertLess(time.monotonic(), end)
            time.sleep(0.01)

    def test_a_vault_without_the_route_for_changes_is_asked_once(self) -> None:
        client = self.client()
        for _ in range(5):
            self.stale(client)
            time.sleep(0.05)
        self.assertEqual(len(self.vault.asked("GET /v1/changes")), 1)


class ChangeTests(ClientTestCase):
    def script(self, *bodies: str | bytes | None) -> None:
        """Answers to one question for changes after the other; after them the vault keeps silent."""
        left = list(bodies)

        def next_answer(_: object) -> bytes | None:
            if not left:
                time.sleep(3)
                return None
            body = left.pop(0)
            return answer(200, body) if isinstance(body, str) else body

        self.rules.overrides["GET /v1/changes"] = next_answer

    def test_changes_are_told_one_by_one_behind_a_beginning(self) -> None:
        self.script(
            '{"next":"c1","changes":[],"reset":false}',
            '{"next":"c2","changes":[{"secret":"app/db","version":8},{"secret":"x","revoked":true}],"reset":false}',
            '{"next":"c3","changes":[],"reset":true}',
        )
        changes = self.client().changes()
        found = [next(changes) for _ in range(4)]
        self.assertEqual(
            [(change.kind.value, change.secret, change.version) for change in found],
            [("everything", None, None), ("version", "app/db", 8), ("revoked", "x", None), ("everything", None, None)],
        )
        self.assertTrue(found[1].concerns("app/db") and not found[1].concerns("x") and found[3].concerns("x"))
        self.assertEqual(
            [seen.line for seen in self.vault.asked("GET /v1/changes")][:3],
            [
                "GET /v1/changes?wait=0 HTTP/1.1",
                "GET /v1/changes?wait=55&since=c1 HTTP/1.1",
                "GET /v1/changes?wait=55&since=c2 HTTP/1.1",
            ],
        )

    def test_an_outage_is_told_once_when_it_has_lasted_and_everything_when_it_is_over(self) -> None:
        self.script(
            '{"next":"c1","changes":[],"reset":false}',
            None,
            None,
            None,
            '{"next":"c2","changes":[{"secret":"x","version":2}],"reset":false}',
        )
        changes = self.client(jitter=lambda: 0.0).changes(max_stale=0.3)
        kinds = [next(changes).kind for _ in range(3)]
        self.assertEqual(kinds, [ChangeKind.EVERYTHING, ChangeKind.OUT_OF_TOUCH, ChangeKind.EVERYTHING])

    def test_a_refusal_ends_the_sequence(self) -> None:
        for override, code in [
            (refusal(403, "denied"), Code.REFUSED),
            (refusal(404, "not_found"), Code.NOT_FOUND),
            (answer(200, '{"next":"a b","changes":[],"reset":false}'), Code.PROTOCOL_VIOLATION),
            (answer(200, '{"next":"a","changes":[{"secret":"../x","version":1}]}'), Code.PROTOCOL_VIOLATION),
        ]:
            self.rules.overrides["GET /v1/changes"] = override
            changes = self.client().changes()
            with self.assertRaises(WarderClientError) as caught:
                next(changes)
            self.assertEqual(caught.exception.code, code)

    def test_closing_the_client_ends_whoever_waits(self) -> None:
        self.script('{"next":"c1","changes":[],"reset":false}')
        client = self.client()
        changes = client.changes()
        next(changes)
        codes: list[Code] = []
        waiting = threading.Thread(target=lambda: codes.append(self.failure(lambda: next(changes)).code))
        waiting.start()
        time.sleep(0.3)
        client.close()
        waiting.join(2)
        self.assertEqual(codes, [Code.CLOSED])

    def gone(self, client: Any) -> None:
        """Waits until nothing is kept, of a vault that is away."""
        self.rules.overrides["GET /v1/secrets/"] = refusal(503, "unavailable")
        end = time.monotonic() + 60
        while time.monotonic() < end:
            try:
                client.resolve("a", tool="t", max_stale=60)
                time.sleep(0.02)
            except WarderClientError as error:
                self.assertEqual(error.code, Code.UNAVAILABLE)
                return
        self.fail("it is still kept")

    def test_a_refusal_to_tell_changes_ends_what_is_kept_until_they_are_told_again(self) -> None:
        self.rules.value = '"value":"s3cret","max_stale":60'
        for status, code in [(403, "denied"), (503, "sealed"), (503, "restored_vault"), (403, "of_a_later_vault")]:
            with self.subTest(code=code):
                self.rules.overrides["GET /v1/changes"] = refusal(status, code)
                self.rules.overrides.pop("GET /v1/secrets/", None)
                client = self.client()
                client.resolve("a", tool="t", max_stale=60)
                self.gone(client)
                del self.rules.overrides["GET /v1/secrets/"]
                client.resolve("a", tool="t", max_stale=60)
                self.gone(client)

    def test_a_change_that_leaves_the_version_drops_the_value_that_was_kept(self) -> None:
        self.script(
            '{"next":"c1","changes":[],"reset":false}',
            '{"next":"c2","changes":[{"secret":"a","version":7}],"reset":false}',
        )
        self.rules.value = '"value":"s3cret","max_stale":60'
        client = self.client()
        client.resolve("a", tool="t", max_stale=60)
        self.gone(client)

    def test_nothing_is_kept_before_the_vault_has_said_what_changes(self) -> None:
        self.script(None, None, None, None)
        self.rules.value = '"value":"s3cret","max_stale":60'
        client = self.client(jitter=lambda: 0.0)
        client.resolve("a", tool="t", max_stale=60)
        self.rules.overrides["GET /v1/secrets/"] = refusal(503, "unavailable")
        self.assert_fails(Code.UNAVAILABLE, lambda: client.resolve("a", tool="t", max_stale=60))

    def test_a_first_call_waits_for_what_changes_to_be_said_so_that_its_value_can_be_kept(self) -> None:
        told = threading.Event()

        def tell(seen: Seen) -> bytes | None:
            if "since" in seen.line:
                time.sleep(3)
                return None
            told.wait(60)
            return answer(200, '{"next":"c1","changes":[],"reset":false}')

        self.rules.overrides["GET /v1/changes"] = tell
        self.rules.value = '"value":"s3cret","max_stale":60'
        client = self.client()
        call = threading.Thread(target=lambda: client.resolve("a", tool="t", max_stale=60))
        call.start()
        time.sleep(0.1)
        self.assertEqual(self.vault.asked("GET /v1/secrets/"), [])
        told.set()
        call.join()
        self.rules.overrides["GET /v1/secrets/"] = refusal(503, "unavailable")
        self.assertIsNotNone(client.resolve("a", tool="t", max_stale=60).stale)

    def test_a_change_drops_the_value_that_was_kept(self) -> None:
        told = threading.Event()
        answers = ['{"next":"c1","changes":[],"reset":false}']

        def tell(_: object) -> bytes | None:
            if answers:
                return answer(200, answers.pop())
            told.wait(5)
            told.clear()
            return answer(200, '{"next":"c2","changes":[{"secret":"a","version":8}],"reset":false}')

        self.rules.overrides["GET /v1/changes"] = tell
        self.rules.value = '"value":"s3cret","max_stale":60'
        client = self.client()
        client.resolve("a", tool="t", max_stale=60)
        self.rules.overrides["GET /v1/secrets/"] = refusal(503, "unavailable")
        self.assertIsNotNone(client.resolve("a", tool="t", max_stale=60).stale)
        told.set()
        self.gone(client)


both(TokenTests, globals())
both(CallTests, globals())
both(StaleTests, globals())
both(ChangeTests, globals())
