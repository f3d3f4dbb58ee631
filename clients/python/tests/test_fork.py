"""What a forked child does with its parent's client."""

import json
import os
import threading
import time
import unittest
import warnings
from collections.abc import Callable

from warder_client import WarderClient, WarderClientConfiguration

from .stub import ClientTestCase, refusal


def in_child(work: Callable[[], object]) -> object:
    """What ``work`` gives in a forked child, in which nothing else runs on."""
    reader, writer = os.pipe()
    with warnings.catch_warnings():
        # That other threads do not survive is what is tried here.
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:
        try:
            os.write(writer, json.dumps(work()).encode())
        finally:
            os._exit(0)
    os.close(writer)
    with open(reader, "rb") as found:
        answer = json.loads(found.read() or b'"nothing"')
    os.waitpid(child, 0)
    return answer


class ForkTests(ClientTestCase):
    def test_a_child_asks_for_a_token_of_its_own_over_a_connection_of_its_own(self) -> None:
        client = WarderClient(WarderClientConfiguration(socket_path=self.vault.path))
        self.addCleanup(client.close)
        self.resolve(client)
        self.assertEqual(in_child(lambda: self.resolve(client)), "s3cret")
        self.assertEqual((self.rules.issued, self.vault.connections), (2, 2))
        self.assertEqual(self.resolve(client), "s3cret")
        self.assertEqual((self.rules.issued, self.vault.connections), (2, 2))

    def test_a_child_that_closes_the_client_leaves_its_parents_tokens_and_connections_alone(self) -> None:
        client = WarderClient(WarderClientConfiguration(socket_path=self.vault.path))
        self.addCleanup(client.close)
        self.resolve(client)
        self.assertIsNone(in_child(client.close))
        self.assertEqual(self.vault.asked("DELETE"), [])
        self.assertEqual(self.resolve(client), "s3cret")
        self.assertEqual((self.rules.issued, self.vault.connections), (1, 1))

    def test_a_kept_value_of_the_parents_is_not_there_in_a_child(self) -> None:
        self.rules.value = '"value":"s3cret","max_stale":60'
        self.rules.overrides["GET /v1/changes"] = refusal(404, "not_found")
        client = WarderClient(WarderClientConfiguration(socket_path=self.vault.path))
        self.addCleanup(client.close)
        client.resolve("a", tool="t", max_stale=60)
        self.vault.stop()
        self.assertIsNotNone(client.resolve("a", tool="t", max_stale=60).stale)
        work = lambda: str(self.failure(lambda: client.resolve("a", tool="t", max_stale=60)).code)  # noqa: E731
        self.assertEqual(in_child(work), "unreachable")

    def test_a_fork_amid_the_calls_of_other_threads_leaves_both_processes_working(self) -> None:
        client = WarderClient(WarderClientConfiguration(socket_path=self.vault.path))
        self.addCleanup(client.close)
        ended = threading.Event()
        failures: list[BaseException] = []

        def call() -> None:
            while not ended.is_set():
                try:
                    self.resolve(client)
                except BaseException as failure:
                    failures.append(failure)

        threads = [threading.Thread(target=call) for _ in range(8)]
        for thread in threads:
            thread.start()
        try:
            for _ in range(20):
                time.sleep(0.01)
                self.assertEqual(in_child(lambda: self.resolve(client)), "s3cret")
        finally:
            ended.set()
            for thread in threads:
                thread.join()
        self.assertEqual(failures, [])


if __name__ == "__main__":
    unittest.main()
