"""Which of a tool handler's parameters are the client's, and how it is called with a credential besides."""

from __future__ import annotations

import functools
import inspect
import typing
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from .resolved_secret import ResolvedSecret

# Not a name that a tool would have by itself.
_CONTEXT = "warder_mcp_context"


class Handler:
    """A function, a method in its class or out of an object, a partial, or an object that is called like one."""

    def __init__(self, call: Callable[..., Any], parameter: str, context_type: type[Any]) -> None:
        """Reads the handler's signature; its names are resolved now.

        Raises:
            TypeError: It cannot take a credential by the name of ``parameter``, or does not say that it is one.
        """
        if isinstance(call, (staticmethod, classmethod)):
            raise TypeError("@with_credential goes below @staticmethod and @classmethod")
        self._call = call
        self._parameter = parameter
        self._written = _written(call)
        self._signature = inspect.signature(call)
        self._rest = _rest(self._signature)
        if parameter not in self._signature.parameters and self._rest is None:
            raise TypeError(f"the handler has no parameter {parameter!r} for its credential")
        hints = typing.get_type_hints(self._written, include_extras=True)
        written_down = self._signature.parameters.values()
        parameters = [each.replace(annotation=hints.get(each.name, each.annotation)) for each in written_down]
        if parameter in self._signature.parameters and not _takes(hints.get(parameter), ResolvedSecret):
            # With the decorators the wrong way round, the SDK takes what says nothing for an argument of the client's.
            raise TypeError(f"the parameter {parameter!r} is not annotated as ResolvedSecret")
        contexts = [each.name for each in parameters if _takes(each.annotation, context_type)]
        self._context = contexts[0] if contexts else _CONTEXT
        self._receiver = _receiver(self._written, parameters)
        shown = [each for each in parameters if each.name != parameter]
        if not contexts:
            context = inspect.Parameter(_CONTEXT, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=context_type)
            shown.insert(len(shown) - (self._rest is not None), context)
        self._shown = self._signature.replace(
            parameters=shown, return_annotation=hints.get("return", self._signature.return_annotation)
        )

    @property
    def is_async(self) -> bool:
        """Whether a call gives a coroutine."""
        return inspect.iscoroutinefunction(self._written)

    def dress(self, wrapper: Any) -> Any:
        """Gives a wrapper the handler's name and words, and the signature that the SDK makes the tool's schema of."""
        if self._written.__name__ == "__call__":
            functools.update_wrapper(wrapper, type(self._call), updated=())
        else:
            functools.update_wrapper(wrapper, self._written)
        wrapper.__signature__ = self._shown
        said = {name: each.annotation for name, each in self._shown.parameters.items()}
        said["return"] = self._shown.return_annotation
        # Where the SDK looks for a place to put its context.
        wrapper.__annotations__ = {name: each for name, each in said.items() if each is not inspect.Signature.empty}
        return wrapper

    def bind(self, given: tuple[Any, ...], named: dict[str, Any]) -> inspect.BoundArguments:
        """A call of the wrapper. It brings no credential: that would take the place of the vault's."""
        bound = self._shown.bind(*given, **named)
        if self._rest is not None and self._parameter in bound.arguments.get(self._rest, ()):
            raise TypeError(f"{self._parameter!r} comes from the vault, and from nobody else")
        return bound

    def context(self, bound: inspect.BoundArguments) -> Any:
        """The SDK's context; ``None`` in a call that does not come from the SDK."""
        return bound.arguments.get(self._context)

    def arguments(self, bound: inspect.BoundArguments) -> dict[str, Any]:
        """What the tool was called with: neither the context nor the object whose method it is."""
        found = {name: value for name, value in bound.arguments.items() if name not in (self._context, self._receiver)}
        rest = {} if self._rest is None else found.pop(self._rest, {})
        return {**found, **rest}

    def __call__(self, bound: inspect.BoundArguments, credential: object) -> Any:
        """Calls the handler; gives what that gives."""
        values = dict(bound.arguments)
        if self._parameter in self._signature.parameters:
            values[self._parameter] = credential
        elif self._rest is not None:
            values[self._rest] = {**values.get(self._rest, {}), self._parameter: credential}
        ordered = OrderedDict((name, values[name]) for name in self._signature.parameters if name in values)
        full = inspect.BoundArguments(self._signature, ordered)
        return self._call(*full.args, **full.kwargs)


def _written(call: Callable[..., Any]) -> Callable[..., Any]:
    """The function or method that somebody wrote: partials and objects have no name and no annotations of their own."""
    while isinstance(call, functools.partial):
        call = call.func
    if inspect.isroutine(call):
        return call
    method: Callable[..., Any] = typing.cast(Any, call).__call__
    return method


def _rest(signature: inspect.Signature) -> str | None:
    """The parameter that takes all other names."""
    names = [each.name for each in signature.parameters.values() if each.kind is inspect.Parameter.VAR_KEYWORD]
    return names[0] if names else None


def _receiver(written: Callable[..., Any], parameters: list[inspect.Parameter]) -> str | None:
    """The object of a method that is still in its class: the first parameter, by the name that everybody gives it."""
    owner = written.__qualname__.rpartition(".")[0]
    is_in_class = owner != "" and not owner.endswith("<locals>")
    first = parameters[0].name if parameters else None
    return first if is_in_class and first in ("self", "cls") else None


def _takes(annotation: object, kind: type[Any]) -> bool:
    """Whether a parameter is for one of these, or for one or nothing."""
    for part in (annotation, *typing.get_args(annotation)):
        found = typing.get_origin(part) or part
        if inspect.isclass(found) and issubclass(found, kind):
            return True
    return False
