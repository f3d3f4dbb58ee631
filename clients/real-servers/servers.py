"""The servers that are tried, unmodified, each by one tool that has it ask its upstream."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Era:
    """A version of the protocol, and how the official client is told to speak it."""

    version: str
    mode: str


#: Without a handshake; with one; and as a client does that tries the first, and falls back to the other.
MODERN = Era("2026-07-28", "2026-07-28")
LEGACY = Era("2025-11-25", "legacy")
FALLEN_BACK = Era("2025-11-25", "auto")


@dataclass(frozen=True)
class RealServer:
    """A server, and what its upstream is asked."""

    name: str
    #: The variable that it takes its credential from.
    variable: str
    #: The field of HTTP that it sends it in.
    field: str
    tool: str
    arguments: dict[str, Any]
    #: What of the upstream's answer comes back to the client.
    gives: str
    eras: tuple[Era, ...]
    #: What keeps it from talking to anybody but its upstream, and has it wait while a held call is looked at.
    variables: dict[str, str]
    #: The same, as arguments.
    options: tuple[str, ...] = ()


SERVERS = (
    RealServer(
        name="grafana",
        variable="GRAFANA_SERVICE_ACCOUNT_TOKEN",
        field="Authorization",
        tool="search_dashboards",
        arguments={"query": "latency"},
        gives="a dashboard",
        eras=(MODERN, LEGACY),
        variables={"DO_NOT_TRACK": "1"},
        options=("-grafana-timeout", "300s"),
    ),
    RealServer(
        name="gitlab",
        variable="GITLAB_TOKEN",
        field="PRIVATE-TOKEN",
        tool="gitlab_get_project",
        arguments={"project_id": "1"},
        gives="group/demo",
        eras=(MODERN, LEGACY),
        variables={"FASTMCP_CHECK_FOR_UPDATES": "off", "GITLAB_TIMEOUT": "300"},
    ),
    RealServer(
        name="atlassian",
        variable="JIRA_PERSONAL_TOKEN",
        field="Authorization",
        tool="jira_get_issue",
        arguments={"issue_key": "ABC-1"},
        gives="an issue",
        # It has no other.
        eras=(LEGACY, FALLEN_BACK),
        variables={"FASTMCP_CHECK_FOR_UPDATES": "off", "JIRA_TIMEOUT": "300"},
    ),
)
