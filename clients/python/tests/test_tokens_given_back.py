"""What becomes of a token of one call that got no value: with it would go what people said for the call."""

import asyncio
import threading

from warder_client import Code

from .stub import ClientTestCase, LoopClient, Seen, both, refusal

RETURN = "DELETE /v1/tokens/self"
FIRST = "Bearer wdr_t_" + "1".zfill(49)


class TokenTests(ClientTestCase):
    def returned(self) -> list[str]:
        """The tokens that were given back."""
        return [seen.fields["authorization"] for seen in self.vault.asked(RETURN)]

    def hold(self) -> None:
        """The vault does not say the value while the test runs."""
        end = threading.Event()
        self.addCleanup(end.set)

        def held(_: Seen) -> None:
            end.wait()

        self.rules.overrides["GET /v1/secrets/"] = held

    def test_it_is_back_when_the_call_fails_with_a_lost_connection_or_an_answer_without_a_value(self) -> None:
        for found, code in (
            (None, Code.UNREACHABLE),
            (refusal(503, "unavailable"), Code.UNAVAILABLE),
            (refusal(403, "denied"), Code.REFUSED),
            (b"no HTTP\r\n\r\n", Code.PROTOCOL_VIOLATION),
        ):
            self.rules.overrides["GET /v1/secrets/"] = found
            client = self.client()
            before = len(self.returned())
            self.assert_fails(code, lambda: self.resolve(client, arguments={}))
            self.assertEqual(self.returned()[before:], ["Bearer wdr_t_" + str(self.rules.issued).zfill(49)])

    def test_it_is_given_back_when_the_time_is_up(self) -> None:
        client = self.client(timeout=1)
        self.hold()
        self.assert_fails(Code.TIMED_OUT, lambda: self.resolve(client, arguments={}))
        client.close()
        self.assertEqual(self.returned(), [FIRST])

    def test_a_vault_that_does_not_take_it_changes_nothing_for_the_caller(self) -> None:
        client = self.client()
        self.rules.overrides["GET /v1/secrets/"] = None
        self.rules.overrides[RETURN] = None
        self.assert_fails(Code.UNREACHABLE, lambda: self.resolve(client, arguments={}))

    def test_one_that_the_vault_does_not_know_is_not_given_back(self) -> None:
        client = self.client()
        self.rules.overrides["GET /v1/secrets/"] = refusal(401, "token_invalid")
        self.assert_fails(Code.TOKEN_INVALID, lambda: self.resolve(client, arguments={}))
        self.assertEqual(self.returned(), [])

    def test_one_that_other_calls_use_stays(self) -> None:
        client = self.client()
        self.rules.overrides["GET /v1/secrets/"] = None
        self.assert_fails(Code.UNREACHABLE, lambda: self.resolve(client))
        self.assertEqual(self.returned(), [])

    def test_a_cancelled_call_gives_it_back_also_where_the_client_is_closed_at_once(self) -> None:
        client = self.client()
        if not isinstance(client, LoopClient):
            return
        self.hold()

        async def cancel() -> None:
            call = asyncio.ensure_future(client.client.resolve("notes/key", tool="notes/create", arguments={}))
            while not self.vault.asked("GET /v1/secrets/"):
                await asyncio.sleep(0.005)
            call.cancel()
            with self.assertRaises(asyncio.CancelledError):
                await call
            await client.client.close()

        client.run(cancel())
        self.assertEqual(self.returned(), [FIRST])


both(TokenTests, globals())
