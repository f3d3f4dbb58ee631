"""Handlers of every kind: what of them the SDK is shown, and how they are called with a credential."""

from __future__ import annotations

import asyncio
import functools
import inspect
import unittest
from collections.abc import Callable
from typing import Any, cast

from warder_client import ResolvedSecret
from warder_client._handler import Handler


class Context:
    """Stands for the SDK's."""


# Handlers pass it on and look at nothing of it.
SECRET = cast(ResolvedSecret, object())


async def plain(text: str, credential: ResolvedSecret, urgent: bool = False) -> tuple[Any, ...]:
    """Stores a note."""
    return text, credential, urgent


def mixed(
    text: str, /, credential: ResolvedSecret, *more: str, ctx: Context | None = None, **rest: str
) -> tuple[Any, ...]:
    return text, credential, more, ctx, rest


class Notes:
    """A server's tools as methods."""

    async def create(self, text: str, credential: ResolvedSecret) -> tuple[Any, ...]:
        """Stores a note."""
        return self, text, credential

    @classmethod
    def count(cls, credential: ResolvedSecret) -> tuple[Any, ...]:
        return cls, credential

    @staticmethod
    def parse(text: str, credential: ResolvedSecret) -> tuple[Any, ...]:
        return text, credential

    async def __call__(self, text: str, credential: ResolvedSecret) -> tuple[Any, ...]:
        return self, text, credential


def logged(function: Callable[..., Any]) -> Callable[..., Any]:
    """As many decorators are."""

    @functools.wraps(function)
    async def wrapper(*args: Any, **kwargs: Any) -> Any:
        return await function(*args, **kwargs)

    return wrapper


class HandlerTests(unittest.TestCase):
    def of(self, call: Callable[..., Any], parameter: str = "credential") -> Handler:
        return Handler(call, parameter, Context)

    def shown(self, call: Callable[..., Any]) -> list[str]:
        """What the SDK sees, without the context that was added."""
        wrapper = self.of(call).dress(lambda: None)
        return [name for name in inspect.signature(wrapper).parameters if not name.startswith("warder_")]

    def call(self, call: Callable[..., Any], *given: Any, **named: Any) -> tuple[Any, dict[str, Any]]:
        """What a call gives, and what it was called with as the vault hears of it."""
        handler = self.of(call)
        bound = handler.bind(given, named)
        result = handler(bound, SECRET)
        return (asyncio.run(result) if handler.is_async else result), handler.arguments(bound)

    def test_a_function_is_called_as_it_was_written(self) -> None:
        self.assertEqual(self.shown(plain), ["text", "urgent"])
        for given, named in [(("a",), {}), ((), {"text": "a"})]:
            self.assertEqual(self.call(plain, *given, **named), (("a", SECRET, False), {"text": "a"}))
        self.assertEqual(self.call(plain, "a", urgent=True), (("a", SECRET, True), {"text": "a", "urgent": True}))

    def test_every_kind_of_parameter_keeps_its_kind(self) -> None:
        self.assertEqual(self.shown(mixed), ["text", "more", "ctx", "rest"])
        context = Context()
        self.assertEqual(
            self.call(mixed, "a", "b", ctx=context, colour="red"),
            (("a", SECRET, ("b",), context, {"colour": "red"}), {"text": "a", "more": ("b",), "colour": "red"}),
        )
        handler = self.of(mixed)
        self.assertIs(handler.context(handler.bind(("a",), {"ctx": context})), context)

    def test_a_method_knows_its_object_and_the_vault_does_not_hear_of_it(self) -> None:
        notes = Notes()
        # In its class, as a decorator there finds it, and out of an object.
        self.assertEqual(self.call(Notes.create, notes, text="a"), ((notes, "a", SECRET), {"text": "a"}))
        self.assertEqual(self.call(notes.create, text="a"), ((notes, "a", SECRET), {"text": "a"}))
        self.assertEqual(self.shown(notes.create), ["text"])
        self.assertEqual(self.call(Notes.count), ((Notes, SECRET), {}))
        self.assertEqual(self.call(Notes.count.__func__, Notes), ((Notes, SECRET), {}))  # type: ignore[attr-defined]
        self.assertEqual(self.call(Notes.parse, "a"), (("a", SECRET), {"text": "a"}))
        self.assertEqual(self.call(notes, text="a"), ((notes, "a", SECRET), {"text": "a"}))

    def test_a_method_that_is_wrapped_in_its_class_can_be_bound(self) -> None:
        class Server:
            async def create(self, text: str, credential: ResolvedSecret) -> None:
                """Stores a note."""

        wrapper = self.of(Server.create).dress(lambda *given, **named: (given, named))
        Server.create = wrapper  # type: ignore[method-assign]
        server = Server()
        names = list(inspect.signature(server.create).parameters)
        self.assertEqual(names[0], "text")
        self.assertNotIn("credential", names)
        self.assertEqual(cast(Any, server.create)(text="a"), ((server,), {"text": "a"}))
        self.assertEqual((server.create.__name__, server.create.__doc__), ("create", "Stores a note."))

    def test_a_partial_has_the_name_and_words_of_its_function(self) -> None:
        urgent = functools.partial(plain, urgent=True)
        self.assertTrue(self.of(urgent).is_async)
        self.assertEqual(self.call(urgent, text="a"), (("a", SECRET, True), {"text": "a"}))
        first = functools.partial(functools.partial(plain, "a"), urgent=True)
        self.assertEqual(self.call(first), (("a", SECRET, True), {}))
        self.assertEqual(self.shown(first), ["urgent"])
        wrapper = self.of(urgent).dress(lambda: None)
        self.assertEqual((wrapper.__name__, wrapper.__doc__), ("plain", "Stores a note."))
        self.assertEqual(self.of(Notes()).dress(lambda: None).__name__, "Notes")

    def test_a_handler_behind_another_decorator_is_seen_through_it(self) -> None:
        self.assertEqual(self.shown(logged(plain)), ["text", "urgent"])
        self.assertEqual(self.call(logged(plain), text="a"), (("a", SECRET, False), {"text": "a"}))

    def test_a_handler_that_takes_any_name_takes_the_credential_too(self) -> None:
        def any_name(**rest: Any) -> dict[str, Any]:
            return rest

        self.assertEqual(self.call(any_name, text="a"), ({"text": "a", "credential": SECRET}, {"text": "a"}))
        for call in (any_name, functools.partial(mixed, "a")):
            with self.assertRaisesRegex(TypeError, "comes from the vault"):
                self.call(call, credential="the client's")

    def test_what_cannot_take_a_credential_is_refused(self) -> None:
        def unannotated(text, credential): ...  # type: ignore[no-untyped-def]

        def anything(credential: Any) -> None: ...

        def without(text: str) -> None: ...

        for call in (unannotated, anything):
            with self.assertRaisesRegex(TypeError, "'credential' is not annotated as ResolvedSecret"):
                self.of(call)
        for kind in (staticmethod, classmethod):
            with self.assertRaisesRegex(TypeError, "goes below @staticmethod and @classmethod"):
                self.of(cast(Any, kind(cast(Any, plain))))
        with self.assertRaisesRegex(TypeError, "no parameter 'credential'"):
            self.of(without)
        with self.assertRaises(TypeError):
            self.call(plain, text="a", credential="the client's")

    def test_an_annotation_may_be_for_one_or_nothing(self) -> None:
        def maybe(credential: ResolvedSecret | None = None) -> Any:
            return credential

        self.assertEqual(self.call(maybe), (SECRET, {}))


if __name__ == "__main__":
    unittest.main()
