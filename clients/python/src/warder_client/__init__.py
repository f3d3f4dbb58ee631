"""Resolves credentials of an MCP server at the moment a tool is called.

    warder = WarderClient.connect()
    with warder.credential("github/pat", tool="github/create_issue", arguments=arguments) as secret:
        create_issue(title, token=secret.unprotected_text())

The README beside this package has the contract: what is kept, for how long, and what each error means.
"""

from ._aio.client import AsyncWarderClient
from ._threads.client import WarderClient
from .configuration import WarderClientConfiguration
from .errors import Code, CredentialRefused, WarderClientError
from .messages import CallContext, CallReport, Change, ChangeKind, Health, WhoAmI
from .resolved_secret import ResolvedSecret
from .secret import Secret

__all__ = [
    "AsyncWarderClient",
    "CallContext",
    "CallReport",
    "Change",
    "ChangeKind",
    "Code",
    "CredentialRefused",
    "Health",
    "ResolvedSecret",
    "Secret",
    "WarderClient",
    "WarderClientConfiguration",
    "WarderClientError",
    "WhoAmI",
]
