"""What a call does that people have to approve."""

import asyncio
import json
import threading
import time
from typing import Any

from warder_client import Code, WarderClientError

from .stub import ClientTestCase, LoopClient, Seen, answer, both, refusal

APPROVAL = "apr_0000000000000000000000"
EXPIRES = "2027-01-01T00:00:00.000Z"


def standing(state: str, status: int = 200) -> bytes:
    """Where the approval stands, as the vault says it."""
    return answer(status, json.dumps({"approval": APPROVAL, "state": state, "expires": EXPIRES}))


class ApprovalTests(ClientTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.rules.overrides["POST /v1/tokens"] = standing("pending", 202)
        self.rules.overrides["GET /v1/approvals/"] = standing("pending")

    def hold(self) -> None:
        """Nobody decides while the test runs."""
        decided = threading.Event()
        self.addCleanup(decided.set)

        def held(_: Seen) -> None:
            decided.wait()

        self.rules.overrides["GET /v1/approvals/"] = held

    def wait_for_questions(self, count: int) -> None:
        """Until the vault was asked so often."""
        while len(self.vault.asked("GET /v1/approvals/")) < count:
            time.sleep(0.005)

    def test_without_patience_a_call_fails_at_once_and_the_error_names_the_approval(self) -> None:
        client = self.client()
        for _ in range(2):
            # A second one has the same failure of its own where both waited for one token.
            error = self.failure(lambda: self.resolve(client))
            self.assertEqual((error.code, error.approval), (Code.APPROVAL_REQUIRED, APPROVAL))
            self.assertTrue(error.is_refusal)
            self.assertIn(APPROVAL, str(error))
        self.assertEqual(self.vault.asked("GET /v1/approvals/"), [])

    def test_with_patience_it_waits_until_somebody_has_decided_and_asks_once_more(self) -> None:
        client = self.client(approval_patience=600)

        def decide(seen: Seen) -> bytes:
            if len(self.vault.asked("GET /v1/approvals/")) < 3:
                return standing("pending")
            del self.rules.overrides["POST /v1/tokens"]
            return standing("approved")

        self.rules.overrides["GET /v1/approvals/"] = decide
        self.assertEqual(self.resolve(client), "s3cret")
        asked = [seen.line for seen in self.vault.asked("GET /v1/approvals/")]
        self.assertEqual(asked, [f"GET /v1/approvals/{APPROVAL}?wait=55 HTTP/1.1"] * 3)
        self.assertEqual(len(self.vault.asked("POST /v1/tokens")), 2)

    def test_a_no_ends_the_waiting(self) -> None:
        client = self.client(approval_patience=600)

        def decide(seen: Seen) -> bytes:
            self.rules.overrides["POST /v1/tokens"] = refusal(403, "approval_denied")
            return standing("denied")

        self.rules.overrides["GET /v1/approvals/"] = decide
        self.assert_fails(Code.APPROVAL_DENIED, lambda: self.resolve(client))

    def test_a_vault_that_asks_for_the_same_again_is_not_asked_for_ever(self) -> None:
        client = self.client(approval_patience=600)
        self.rules.overrides["GET /v1/approvals/"] = standing("approved")
        self.assert_fails(Code.APPROVAL_REQUIRED, lambda: self.resolve(client))
        self.assertEqual(len(self.vault.asked("POST /v1/tokens")), 2)

    def test_an_approval_that_the_vault_forgot_is_asked_for_anew(self) -> None:
        client = self.client(approval_patience=600)

        def forget(seen: Seen) -> bytes:
            del self.rules.overrides["POST /v1/tokens"]
            return refusal(404, "not_found")

        self.rules.overrides["GET /v1/approvals/"] = forget
        self.assertEqual(self.resolve(client), "s3cret")

    def test_an_outage_does_not_end_the_waiting(self) -> None:
        client = self.client(approval_patience=600)

        def decide(seen: Seen) -> bytes:
            if len(self.vault.asked("GET /v1/approvals/")) < 2:
                return refusal(503, "unavailable")
            del self.rules.overrides["POST /v1/tokens"]
            return standing("approved")

        self.rules.overrides["GET /v1/approvals/"] = decide
        self.assertEqual(self.resolve(client), "s3cret")

    def test_patience_ends(self) -> None:
        client = self.client(approval_patience=0.05)
        error = self.failure(lambda: self.resolve(client))
        self.assertEqual((error.code, error.approval), (Code.APPROVAL_REQUIRED, APPROVAL))

    def test_a_name_that_no_vault_gives_is_not_passed_on(self) -> None:
        client = self.client(approval_patience=600)
        for body in ('{"approval":"apr_1 HTTP/1.1"}', '{"approval":7}', "{}", "no JSON"):
            self.rules.overrides["POST /v1/tokens"] = answer(202, body)
            error = self.failure(lambda: self.resolve(client))
            self.assertEqual((error.code, error.approval), (Code.APPROVAL_REQUIRED, None))

    def test_calls_that_wait_for_people_leave_all_connections_to_the_others(self) -> None:
        client = self.client(approval_patience=600, maximum_connections=1)
        self.hold()
        waiting = threading.Thread(target=lambda: self.failure(lambda: self.resolve(client)))
        waiting.start()
        self.wait_for_questions(1)
        self.assertEqual(client.health().state, "unsealed")
        client.close()
        waiting.join()

    def in_parallel(self, client: Any, count: int) -> tuple[list[threading.Thread], list[str]]:
        """Calls with a token of their own each, and the values that they get."""
        values: list[str] = []

        def call(number: int) -> None:
            values.append(self.resolve(client, arguments={"number": number}))

        calls = [threading.Thread(target=call, args=(number,)) for number in range(count)]
        for each in calls:
            each.start()
        return calls, values

    def count_questions(self) -> tuple[list[int], threading.Event]:
        """How many questions waited at the vault at each that came, and what lets people say yes to all."""
        waiting = [0]
        counts: list[int] = []
        decided = threading.Event()
        self.addCleanup(decided.set)

        def held(_: Seen) -> bytes:
            with self.rules.lock:
                waiting[0] += 1
                counts.append(waiting[0])
            decided.wait()
            with self.rules.lock:
                waiting[0] -= 1
            return standing("approved")

        self.rules.overrides["GET /v1/approvals/"] = held
        return counts, decided

    def test_a_call_that_waits_for_people_counts_as_a_call(self) -> None:
        client = self.client(approval_patience=600, maximum_calls=1)
        ended = threading.Event()
        self.addCleanup(ended.set)

        def decide(_: Seen) -> bytes:
            if len(self.vault.asked("GET /v1/approvals/")) == 1:
                ended.wait()
            return standing("approved")

        self.rules.overrides["GET /v1/approvals/"] = decide
        waiting = threading.Thread(target=lambda: self.failure(lambda: self.resolve(client)))
        waiting.start()
        self.wait_for_questions(1)
        self.assert_fails(Code.OVERLOADED, lambda: self.resolve(client))
        client.close()
        waiting.join()

    def test_calls_that_wait_for_the_same_approval_share_one_question(self) -> None:
        client = self.client(approval_patience=600)
        counts, decided = self.count_questions()
        calls, values = self.in_parallel(client, 20)
        while len(self.vault.asked("POST /v1/tokens")) < 20:
            time.sleep(0.005)
        # Time for questions that must not come.
        time.sleep(0.5)
        del self.rules.overrides["POST /v1/tokens"]
        decided.set()
        for each in calls:
            each.join()
        self.assertEqual(values, ["s3cret"] * 20)
        self.assertEqual(max(counts), 1)

    def test_no_more_than_four_questions_wait_at_the_vault_and_all_are_asked(self) -> None:
        client = self.client(approval_patience=600)
        counts, decided = self.count_questions()
        names = iter(range(1_000))

        def ask_people(_: Seen) -> bytes:
            with self.rules.lock:
                name = f"apr_{next(names):022}"
            return answer(202, json.dumps({"approval": name, "state": "pending", "expires": EXPIRES}))

        self.rules.overrides["POST /v1/tokens"] = ask_people
        calls, values = self.in_parallel(client, 12)
        while len(self.vault.asked("POST /v1/tokens")) < 12:
            time.sleep(0.005)
        self.wait_for_questions(4)
        time.sleep(0.5)
        del self.rules.overrides["POST /v1/tokens"]
        decided.set()
        for each in calls:
            each.join()
        self.assertEqual(values, ["s3cret"] * 12)
        self.assertEqual(max(counts), 4)

    def test_more_approvals_than_questions_take_turns(self) -> None:
        client = self.client(approval_patience=120)
        names = iter(range(1_000))
        asked: set[str] = set()

        def ask_people(_: Seen) -> bytes:
            with self.rules.lock:
                name = f"apr_{next(names):022}"
            return answer(202, json.dumps({"approval": name, "state": "pending", "expires": EXPIRES}))

        def decide(seen: Seen) -> bytes:
            with self.rules.lock:
                asked.add(seen.line.partition("?")[0])
                if len(asked) < 12:
                    return standing("pending")
            self.rules.overrides.pop("POST /v1/tokens", None)
            return standing("approved")

        self.rules.overrides["POST /v1/tokens"] = ask_people
        self.rules.overrides["GET /v1/approvals/"] = decide
        calls, values = self.in_parallel(client, 12)
        for each in calls:
            each.join()
        self.assertEqual(values, ["s3cret"] * 12)

    def test_a_vault_that_has_too_many_questions_says_when_to_ask_again(self) -> None:
        client = self.client(approval_patience=600)
        times: list[float] = []

        def decide(_: Seen) -> bytes:
            times.append(time.monotonic())
            if len(times) < 2:
                return refusal(429, "rate_limited", "Retry-After: 2\r\n")
            del self.rules.overrides["POST /v1/tokens"]
            return standing("approved")

        self.rules.overrides["GET /v1/approvals/"] = decide
        self.assertEqual(self.resolve(client), "s3cret")
        self.assertGreater(times[1] - times[0], 1.9)

    def test_closing_the_client_ends_the_pause_that_the_vault_asked_for(self) -> None:
        client = self.client(approval_patience=7_200)
        self.rules.overrides["GET /v1/approvals/"] = refusal(429, "rate_limited", "Retry-After: 3600\r\n")
        errors: list[WarderClientError] = []
        waiting = threading.Thread(target=lambda: errors.append(self.failure(lambda: self.resolve(client))))
        waiting.start()
        self.wait_for_questions(1)
        time.sleep(0.2)
        client.close()
        waiting.join()
        self.assertEqual([error.code for error in errors], [Code.CLOSED])
        self.assertEqual(len(self.vault.asked("GET /v1/approvals/")), 1)

    def test_closing_the_client_ends_the_waiting(self) -> None:
        client = self.client(approval_patience=600)
        self.hold()
        errors: list[WarderClientError] = []
        waiting = threading.Thread(target=lambda: errors.append(self.failure(lambda: self.resolve(client))))
        waiting.start()
        self.wait_for_questions(1)
        client.close()
        waiting.join()
        self.assertEqual([error.code for error in errors], [Code.CLOSED])

    def test_a_cancelled_task_ends_the_waiting(self) -> None:
        if not self.is_async:
            return
        client: LoopClient = self.client(approval_patience=600)
        self.hold()

        async def cancel() -> None:
            task = asyncio.ensure_future(client.client.resolve("notes/key", tool="notes/create"))
            while not self.vault.asked("GET /v1/approvals/"):
                await asyncio.sleep(0.005)
            task.cancel()
            with self.assertRaises(asyncio.CancelledError):
                await task

        client.run(cancel())

    def test_a_cancelled_task_leaves_the_question_to_the_others(self) -> None:
        if not self.is_async:
            return
        client: LoopClient = self.client(approval_patience=600)
        self.hold()

        async def cancel() -> str:
            tasks = [
                asyncio.ensure_future(client.client.resolve("notes/key", tool="notes/create")) for _ in range(2)
            ]
            while not self.vault.asked("GET /v1/approvals/"):
                await asyncio.sleep(0.005)
            del self.rules.overrides["POST /v1/tokens"]
            self.rules.overrides["GET /v1/approvals/"] = standing("approved")
            tasks[0].cancel()
            with self.assertRaises(asyncio.CancelledError):
                await tasks[0]
            return (await tasks[1]).unprotected_text()

        self.assertEqual(client.run(cancel()), "s3cret")


both(ApprovalTests, globals())
