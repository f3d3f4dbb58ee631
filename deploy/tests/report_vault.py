"""A real vault for the report: each free text in it tries to be markup, and three values are in it that no page may show."""

import base64
import json
import os
import pathlib
import secrets
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "clients/conformance"))

from vault import Vault  # noqa: E402

HOSTILE = "<script>document.title='owned'</script><img src=https://example.org/x.png onerror=alert(1)>\"'><svg onload=alert(2)>"

# As long as a name can be, in letters that no line is broken at.
SERVER, TOOL, SECRET = "s" * 63, "w" * 128, "x" * 63 + "/" + "y" * 63


class Canary:
    """A value that is on no page by chance. Markup, JSON and addresses write what is around its heart otherwise than it is."""

    def __init__(self):
        self.heart = secrets.token_hex(16)
        self.value = f"<&\"'/+é{self.heart}é+/'\"&>"

    def ways_in(self, text):
        """How it is written in a text: as it is, in any of the ways that leave letters alone, or encoded."""
        heart = self.heart.encode()
        ways = {"plain": self.heart in text, "hexadecimal": heart.hex() in text.lower(),
                "percent": "".join(f"%{byte:02x}" for byte in heart) in text.lower(), "base64": False}
        # In base64 it depends on what is in front; the letters that neighbours have a part in are left out.
        for shift in range(3):
            letters = base64.b64encode(bytes(shift) + heart).decode()
            ways["base64"] |= letters[[0, 2, 3][shift]:(shift + len(heart)) * 8 // 6] in text
        return [way for way, found in ways.items() if found]


def governance():
    """Lines of the configuration."""
    text = "'" + HOSTILE.replace("'", "''") + "'"
    return f"governance:\n  incident_owner: {text}\n  escalation: {text}\n"


class ReportVault:
    """Servers, tools, grants, secrets, alerts and approvals. Call `remove` whatever happens: it ends the daemon by its process id."""

    def __init__(self, programs):
        # There, whoever asks for a call may let it through alone; in a team it takes a second user.
        self.vault = Vault(programs, profile="single-user")
        self.socket = self.vault.operator_socket
        with (self.vault.directory / "warder.yaml").open("a") as configuration:
            configuration.write(governance())
        # What no page may show.
        self.canaries = {where: Canary() for where in [
            "the secret", "the arguments of a call", "the arguments of a standing approval"]}

    def remove(self):
        self.vault.remove()

    def fill(self):
        ask = self.vault.ask
        secret_value, argument, standing_argument = (canary.value for canary in self.canaries.values())
        self.vault.start()
        self.vault.initialise()
        ask("POST", "/v1/operators", {"name": "ada", "uid": os.getuid(), "roles": ["admin", "auditor", "rotator", "reader"]})
        ask("POST", "/v1/operators", {"name": "grace", "uid": 65534, "roles": ["approver"], "groups": [SERVER]})

        for secret in ["shop/key", SECRET, "decoy/aws"]:
            ask("PUT", f"/v1/secrets/{secret}",
                {"fields": {"value": secret_value}, "owner": HOSTILE, "labels": {"stage": HOSTILE}})
        ask("PATCH", "/v1/secrets/decoy/aws", {"honeytoken": True})

        ask("POST", "/v1/servers", {"name": "shop", "owner": HOSTILE, "selectors": {"uid": os.getuid()}})
        for server in [SERVER, "quiet"]:
            ask("POST", "/v1/servers", {"name": server, "owner": HOSTILE, "selectors": {"uid": 65534, "executable": "/" + HOSTILE}})
        ask("POST", "/v1/servers/quiet/quarantine", {"reason": HOSTILE})

        for name, risk, category in [("shop/report", "read-only", "standard"), ("shop/refund", "critical", "financial"),
                                     ("shop/close", "critical", "administrative"), (f"{SERVER}/{TOOL}", "side-effect", "standard")]:
            ask("POST", "/v1/tools", {"name": name, "risk": risk, "category": category, "owner": HOSTILE, "description": HOSTILE,
                                      "expected_outputs": HOSTILE})
            ask("PATCH", f"/v1/tools/{name}", {"permissions": [HOSTILE]})
        ask("POST", "/v1/tools/import", {"server": "shop", "tools": [
            {"name": "imported", "title": HOSTILE, "description": HOSTILE, "inputSchema": {"type": "object", "description": HOSTILE}}]})
        for tool, secret, more in [("shop/report", "shop/key", {}), ("shop/refund", "shop/key", {}), ("shop/close", SECRET, {}),
                                   (f"{SERVER}/{TOOL}", SECRET, {"approval": "none", "ttl": 3600})]:
            ask("POST", "/v1/grants", {"tool": tool, "secret": secret} | more)

        ask("POST", "/v1/standing-approvals", {
            "server": "shop", "tool": "close", "arguments": {"of": standing_argument}, "ttl": 3600, "uses": 20,
            "reason": HOSTILE})
        # One call waits, and one was let through alone.
        self.waiting, alone = (
            self.call({"tool": "shop/refund", "arguments": {"of": argument, "number": number},
                       "purpose": HOSTILE, "on_behalf_of": HOSTILE, "agent": HOSTILE})["approval"] for number in range(2))
        ask("POST", f"/v1/approvals/{alone}/break-glass", {"reason": HOSTILE})
        ask("POST", "/v1/alert-mutes", {"rule": "spike", "subject": "server:shop", "seconds": 3600, "reason": HOSTILE})
        ask("PUT", "/v1/alert-rules/many_secrets", {"on": False})
        # Whoever asks for more and more that they may not have raises an alert.
        for _ in range(12):
            self.call({"tool": f"{SERVER}/{TOOL}", "purpose": HOSTILE})
        end = time.monotonic() + 120
        while not ask("GET", "/v1/alerts")["alerts"]:
            if time.monotonic() > end:
                raise RuntimeError("no alert was raised")
            time.sleep(0.1)

    def call(self, request):
        """A request for a token, as the server `shop` makes it, and its answer."""
        return self.vault.ask_as_server("POST", "/v1/tokens", request)[1]

    def read_back(self):
        """What the vault gives in the places of the canaries, in their order."""
        ask = self.vault.ask
        return [
            ask("POST", "/v1/reveal/shop/key", {})["value"],
            json.loads(ask("GET", f"/v1/approvals/{self.waiting}")["arguments"])["of"],
            json.loads(ask("GET", "/v1/standing-approvals")["approvals"][0]["arguments"])["of"],
        ]
