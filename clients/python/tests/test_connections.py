"""Deadlines of single connections, below the clients."""

import asyncio
import threading
import time
import unittest
from collections.abc import Callable
from unittest import mock

from warder_client import Code, WarderClientError
from warder_client._aio import pool as aio
from warder_client._core.http import Request
from warder_client._core.requests import HEALTH
from warder_client._threads import pool as threads

from .stub import Seen, StubVault, answer


class LoopAlarmTests(unittest.IsolatedAsyncioTestCase):
    """The loop's timers are rung by hand."""

    async def asyncSetUp(self) -> None:
        self.vault = StubVault()
        self.addCleanup(self.vault.remove)
        self.release = threading.Event()
        self.addCleanup(self.release.set)
        self.alarms: list[tuple[float, Callable[[], None]]] = []
        loop = asyncio.get_running_loop()
        patch = mock.patch.object(loop, "call_later", self.call_later)
        patch.start()
        self.addCleanup(patch.stop)
        self.connection = await aio.Connection.open(self.vault.path, time.monotonic() + 60, lambda _: None)
        self.addCleanup(self.connection.close)

    def call_later(self, seconds: float, ring: Callable[[], None]) -> mock.Mock:
        self.alarms.append((seconds, ring))
        return mock.Mock()

    async def exchange(self, seconds: float) -> int:
        return (await self.connection.exchange(HEALTH, time.monotonic() + seconds)).status

    def hold(self) -> None:
        """The vault answers when it is let go."""

        def held(_: Seen) -> bytes:
            self.release.wait()
            return answer(200, "{}")

        self.vault.rules.overrides["GET /v1/health"] = held

    async def test_an_alarm_that_an_answered_request_left_does_not_end_a_later_one(self) -> None:
        self.assertEqual(await self.exchange(60), 200)
        self.hold()
        second = asyncio.ensure_future(self.exchange(600))
        await asyncio.sleep(0)
        self.assertEqual(len(self.alarms), 1)
        self.alarms[0][1]()
        self.assertEqual(len(self.alarms), 2)
        self.assertGreater(self.alarms[1][0], 500)
        self.release.set()
        self.assertEqual(await second, 200)

    async def test_a_request_with_less_time_than_the_one_before_is_not_given_more(self) -> None:
        self.assertEqual(await self.exchange(600), 200)
        self.assertEqual(await self.exchange(60), 200)
        self.assertEqual([round(seconds, -1) for seconds, _ in self.alarms], [600, 60])

    async def test_it_rings_for_the_request_whose_time_is_over(self) -> None:
        self.hold()
        late = asyncio.ensure_future(self.exchange(0))
        await asyncio.sleep(0)
        self.alarms[0][1]()
        with self.assertRaises(WarderClientError) as caught:
            await late
        self.assertEqual(caught.exception.code, Code.TIMED_OUT)

    async def test_nothing_rings_where_nothing_is_in_flight(self) -> None:
        self.assertEqual(await self.exchange(60), 200)
        self.alarms[0][1]()
        self.assertEqual(len(self.alarms), 1)
        self.assertEqual(await self.exchange(60), 200)
        self.assertEqual(len(self.alarms), 2)


class ThreadDeadlineTests(unittest.TestCase):
    """A request that is longer than what the kernel takes at once."""

    def setUp(self) -> None:
        self.vault = StubVault()
        self.addCleanup(self.vault.remove)
        self.long = Request("POST /v1/calls", body=b" " * (4 << 20))

    def connect(self) -> threads.Connection:
        connection = threads.Connection(self.vault.path, time.monotonic() + 60)
        self.addCleanup(connection.close)
        return connection

    def test_it_goes_out_in_pieces(self) -> None:
        self.vault.rules.overrides["POST /v1/calls"] = answer(204)
        self.assertEqual(self.connect().exchange(self.long, time.monotonic() + 60).status, 204)
        self.assertEqual(len(self.vault.seen[0].body), 4 << 20)

    def test_a_vault_that_does_not_read_it_takes_no_longer_than_the_deadline(self) -> None:
        reads = threading.Event()
        self.addCleanup(reads.set)
        with mock.patch.object(StubVault, "_serve_one", lambda *_: reads.wait() and False):
            with self.assertRaises(WarderClientError) as caught:
                self.connect().exchange(self.long, time.monotonic() + 0.2)
        self.assertEqual(caught.exception.code, Code.TIMED_OUT)

    def test_nothing_is_sent_after_the_deadline(self) -> None:
        with self.assertRaises(WarderClientError) as caught:
            self.connect().exchange(HEALTH, time.monotonic())
        self.assertEqual(caught.exception.code, Code.TIMED_OUT)
        self.assertEqual(self.vault.seen, [])
