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
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from ._aio.client import AsyncWarderClient
from ._handler import Handler
from ._threads.client import WarderClient
from .errors import Code, CredentialRefused, WarderClientError
from .messages import CallContext
from .resolved_secret import ResolvedSecret

Function = TypeVar("Function", bound=Callable[..., Any])


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
) -> Callable[[Function], Function]:
    """Wraps a tool handler: resolves at call time, calls it, reports the outcome. It goes below ``@server.tool()``.

    A handler is a function, a method, a partial, or an object that is called like one.

    A failure of the vault becomes the SDK's ``ToolError`` with a sentence for the model: whether to try again, and
    nothing that is secret. ``CredentialRefused`` out of the handler makes it run again where the vault has another
    version by then.

    Args:
        warder: An ``AsyncWarderClient`` for ``async def`` handlers, a ``WarderClient`` for others.
        secret: Such as ``github/pat``.
        tool: ``server/tool`` as it is registered with the vault.
        parameter: The handler's parameter that gets the :class:`ResolvedSecret`, annotated as one.
        context: Makes a :class:`CallContext` of the SDK's ``Context``, for whom and why; its trace context is added.
            Outside of the SDK, as in a test, it gets ``None``.

    The others are those of :meth:`warder_client.WarderClient.resolve`.

    Raises:
        TypeError: The handler has no such parameter, or client and handler do not go together. With the decorators the
            wrong way round it comes out of ``@server.tool()``.
    """

    def wrap(function: Function) -> Function:
        sdk = _SDK.find()
        handler = Handler(function, parameter, sdk.context)
        if handler.is_async != isinstance(warder, AsyncWarderClient):
            raise TypeError("an AsyncWarderClient serves `async def` handlers, a WarderClient all others")

        def wish(bound: inspect.BoundArguments) -> dict[str, Any]:
            mcp_context = handler.context(bound)
            return {
                "tool": tool,
                "field": field,
                "tool_digest": tool_digest,
                "max_stale": max_stale,
                "arguments": _sent_arguments(mcp_context, handler.arguments(bound)),
                "context": call_context(mcp_context, CallContext() if context is None else context(mcp_context)),
                "outcome": _outcome,
            }

        async def call_async(*given: Any, **named: Any) -> Any:
            assert isinstance(warder, AsyncWarderClient)
            bound = handler.bind(given, named)

            async def body(resolved: ResolvedSecret) -> Any:
                return await handler(bound, resolved)

            try:
                return await warder.with_credential(secret, body, **wish(bound))
            except (WarderClientError, CredentialRefused) as error:
                raise sdk.tool_error(explain(error)) from error

        def call(*given: Any, **named: Any) -> Any:
            assert isinstance(warder, WarderClient)
            bound = handler.bind(given, named)
            try:
                return warder.with_credential(secret, lambda resolved: handler(bound, resolved), **wish(bound))
            except (WarderClientError, CredentialRefused) as error:
                raise sdk.tool_error(explain(error)) from error

        wrapped: Function = handler.dress(call_async if handler.is_async else call)
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
    # For whoever the model shows it to: an operator finds the reason by it.
    why = "" if error.request_id is None else f" The vault's log has the reason under {error.request_id}."
    if error.is_refusal:
        return f"The vault does not let this tool use its credential ({error.code}). Trying again does not help.{why}"
    if error.is_retryable:
        return f"The vault cannot give out the credential at the moment ({error.code}). Try again later."
    return f"The credential could not be resolved ({error.code}).{why}"


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


def _sent_arguments(mcp_context: object, values: dict[str, Any]) -> object:
    """The arguments as the client sent them, where the SDK still has them; else what it made of them."""
    params = _attribute(_attribute(mcp_context, "request_context"), "params")
    sent = params.get("arguments") if isinstance(params, Mapping) else None
    if isinstance(sent, Mapping):
        return sent
    # The SDK's own dependency; handlers get models and dates from it, which are no JSON.
    return importlib.import_module("pydantic_core").to_jsonable_python(values)


def _outcome(result: object) -> str:
    """A tool may also return its failure.

    A result that asks for input is ``ok`` as well: the vault has no word for it, and the next try has its own report.
    """
    failed = _attribute(result, "is_error") or _attribute(result, "isError")
    return "error" if failed is True else "ok"


def _attribute(source: object, name: str) -> Any:
    try:
        return getattr(source, name, None)
    except ValueError:
        # The SDK's context outside of a request.
        return None
