"""Credentials for tools of the official MCP SDK (``mcp`` on PyPI), of version 2 (``MCPServer``) and 1 (``FastMCP``).

    warder = AsyncWarderClient()
    server = MCPServer("notes")

    @server.tool()
    @with_credential(warder, "notes/api-key", tool="notes/create_note")
    async def create_note(text: str, credential: ResolvedSecret) -> str: ...

The parameter ``credential`` is filled at each call and hidden from the client. The call's arguments and trace context
go to the vault with the request, and its outcome afterwards.
"""

from __future__ import annotations

import functools
import importlib
import inspect
import typing
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from ._aio.client import AsyncWarderClient
from ._threads.client import WarderClient
from .errors import Code, CredentialRefused, WarderClientError
from .messages import CallContext
from .secret import ResolvedSecret

Handler = TypeVar("Handler", bound=Callable[..., Any])

# Not a name that a tool would have by itself.
_CONTEXT = "warder_mcp_context"


def with_credential(
    warder: AsyncWarderClient | WarderClient,
    secret: str,
    *,
    tool: str,
    field: str | Sequence[str] = "value",
    tool_digest: str | None = None,
    max_stale: float = 0,
    parameter: str = "credential",
    context: Callable[[Any], CallContext] | None = None,
) -> Callable[[Handler], Handler]:
    """Wraps a tool handler: resolves at call time, calls it, reports the outcome. It goes below ``@server.tool()``.

    A failure of the vault becomes the SDK's ``ToolError`` with a sentence for the model: whether to try again, and
    nothing that is secret. ``CredentialRefused`` out of the handler makes it run again where the vault has another
    version by then.

    Args:
        warder: An ``AsyncWarderClient`` for ``async def`` handlers, a ``WarderClient`` for others.
        secret: Such as ``github/pat``.
        tool: ``server/tool`` as it is registered with the vault.
        parameter: The handler's parameter that gets the :class:`ResolvedSecret`.
        context: Makes a :class:`CallContext` of the SDK's ``Context``, for whom and why; its trace context is added.

    The others are those of :meth:`warder_client.WarderClient.resolve`.

    Raises:
        TypeError: The handler has no such parameter, or client and handler do not go together.
    """

    def wrap(handler: Handler) -> Handler:
        is_async = inspect.iscoroutinefunction(handler)
        if is_async != isinstance(warder, AsyncWarderClient):
            raise TypeError("an AsyncWarderClient serves `async def` handlers, a WarderClient all others")
        sdk = _SDK.find()
        signature, own_context = _signature(handler, parameter, sdk)

        def prepare(values: dict[str, Any]) -> dict[str, Any]:
            mcp_context = values[own_context] if own_context else values.pop(_CONTEXT)
            arguments = {name: value for name, value in values.items() if name != own_context}
            return {
                "tool": tool,
                "field": field,
                "tool_digest": tool_digest,
                "max_stale": max_stale,
                "arguments": _sent_arguments(mcp_context, arguments),
                "context": call_context(mcp_context, CallContext() if context is None else context(mcp_context)),
                "outcome": _outcome,
            }

        @functools.wraps(handler)
        async def call_async(**values: Any) -> Any:
            assert isinstance(warder, AsyncWarderClient)
            named = prepare(values)

            async def body(resolved: ResolvedSecret) -> Any:
                return await handler(**values, **{parameter: resolved})

            try:
                return await warder.with_credential(secret, body, **named)
            except (WarderClientError, CredentialRefused) as error:
                raise sdk.tool_error(explain(error)) from error

        @functools.wraps(handler)
        def call(**values: Any) -> Any:
            assert isinstance(warder, WarderClient)
            named = prepare(values)

            def body(resolved: ResolvedSecret) -> Any:
                return handler(**values, **{parameter: resolved})

            try:
                return warder.with_credential(secret, body, **named)
            except (WarderClientError, CredentialRefused) as error:
                raise sdk.tool_error(explain(error)) from error

        wrapper: Any = call_async if is_async else call
        # What the SDK makes the tool's schema of, and where it looks for a place to put its context.
        wrapper.__signature__ = signature
        wrapper.__annotations__ = {
            name: shown.annotation
            for name, shown in signature.parameters.items()
            if shown.annotation is not inspect.Parameter.empty
        }
        if signature.return_annotation is not inspect.Signature.empty:
            wrapper.__annotations__["return"] = signature.return_annotation
        wrapped: Handler = wrapper
        return wrapped

    return wrap


def call_context(source: object, claims: CallContext | None = None) -> CallContext:
    """What a call of the SDK says about itself: ``claims`` with the trace context of the call's ``_meta``.

    For handlers that are not wrapped, such as those of the SDK's low-level ``Server``.

    Args:
        source: The SDK's ``Context`` or request context of either version, or a ``_meta`` by itself.
    """
    request = _attribute(source, "request_context") or source
    meta = _attribute(request, "meta") or request
    trace = meta.get("traceparent") if isinstance(meta, Mapping) else _attribute(meta, "traceparent")
    claims = claims or CallContext()
    return replace(claims, traceparent=trace) if isinstance(trace, str) and claims.traceparent is None else claims


def explain(error: WarderClientError | CredentialRefused) -> str:
    """What the model is told about a failure: refused and unreachable are different things."""
    if isinstance(error, CredentialRefused):
        return "The upstream service did not accept the credential that the vault gave."
    if error.code is Code.APPROVAL_REQUIRED:
        asked = error.approval or error.code
        return f"Somebody has to approve this very call first ({asked}). Try it again when they have."
    if error.is_refusal:
        return f"The vault does not let this tool use its credential ({error.code}). Trying again does not help."
    if error.is_retryable:
        return f"The vault cannot give out the credential at the moment ({error.code}). Try again later."
    return f"The credential could not be resolved ({error.code})."


class _SDK:
    """The parts of the SDK that differ between its versions."""

    def __init__(self, package: str) -> None:
        self.context: type[Any] = importlib.import_module(package).Context
        self.tool_error: type[Exception] = importlib.import_module(f"{package}.exceptions").ToolError

    @staticmethod
    @functools.cache
    def find() -> _SDK:
        try:
            return _SDK("mcp.server.mcpserver")
        except ModuleNotFoundError:
            return _SDK("mcp.server.fastmcp")


def _signature(handler: Callable[..., Any], parameter: str, sdk: _SDK) -> tuple[inspect.Signature, str | None]:
    """The handler's signature as the SDK is to see it, and the handler's own parameter for a context."""
    hints = typing.get_type_hints(handler, include_extras=True)
    signature = inspect.signature(handler)
    if parameter not in signature.parameters:
        raise TypeError(f"the handler has no parameter {parameter!r} for its credential")
    shown = []
    own_context = None
    for name, each in signature.parameters.items():
        annotation = hints.get(name, each.annotation)
        if any(_is_context(part, sdk) for part in (annotation, *typing.get_args(annotation))):
            own_context = name
        if name != parameter:
            shown.append(each.replace(annotation=annotation, kind=inspect.Parameter.KEYWORD_ONLY))
    if own_context is None:
        shown.append(inspect.Parameter(_CONTEXT, inspect.Parameter.KEYWORD_ONLY, annotation=sdk.context))
    return signature.replace(
        parameters=shown, return_annotation=hints.get("return", signature.return_annotation)
    ), own_context


def _is_context(annotation: object, sdk: _SDK) -> bool:
    kind = typing.get_origin(annotation) or annotation
    return inspect.isclass(kind) and issubclass(kind, sdk.context)


def _sent_arguments(mcp_context: object, values: dict[str, Any]) -> object:
    """The arguments as the client sent them, where the SDK still has them; else what it made of them."""
    params = _attribute(_attribute(mcp_context, "request_context"), "params")
    sent = params.get("arguments") if isinstance(params, Mapping) else None
    if isinstance(sent, Mapping):
        return sent
    # The SDK's own dependency; handlers get models and dates from it, which are no JSON.
    return importlib.import_module("pydantic_core").to_jsonable_python(values)


def _outcome(result: object) -> str:
    """A tool may also return its failure."""
    failed = _attribute(result, "is_error") or _attribute(result, "isError")
    return "error" if failed is True else "ok"


def _attribute(source: object, name: str) -> Any:
    try:
        return getattr(source, name, None)
    except ValueError:
        # The SDK's context outside of a request.
        return None
