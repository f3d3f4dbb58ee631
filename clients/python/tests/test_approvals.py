"""What a call does that people have to approve."""

import asyncio
import json
import threading
import time

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


both(ApprovalTests, globals())
