#!/usr/bin/env python3
"""Opens a report in a headless Chromium, and looks at what a person would trip over.

usage: report-page.py WARDER [FOLDER]

WARDER is the built command. With a FOLDER, pictures of the page and its printed form are left there.

A page of the example document, and one whose names try to be markup, must: ask for nothing, write nothing to the console, have no
script, fit a phone of 390 pixels without scrolling sideways, in light and in dark, and print. Chromium is Debian's (apt-get install
chromium); it is spoken to over two pipes, so that no port is open.
"""

import base64
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

EXAMPLE = pathlib.Path(__file__).resolve().parents[2] / "Examples/subscription-platform/openapi.yaml"

HOSTILE = "<script>document.title='owned'</script><img src=https://example.org/x.png onerror=alert(1)>\"'><svg onload=alert(2)>"


class Browser:
    """One Chromium, spoken to in the DevTools protocol: messages end with a NUL."""

    def __init__(self, profile):
        to_read, self.to = os.pipe()
        self.source, from_write = os.pipe()
        program = shutil.which("chromium") or shutil.which("chromium-browser")
        if program is None:
            sys.exit("no chromium: apt-get install -y chromium")

        def attach():
            # Chromium reads from 3 and writes to 4.
            a, b = os.dup(to_read), os.dup(from_write)
            os.dup2(a, 3)
            os.dup2(b, 4)

        self.process = subprocess.Popen(
            [program, "--headless=new", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe", "--no-first-run",
             "--disable-background-networking", "--user-data-dir=" + profile, "about:blank"],
            preexec_fn=attach, close_fds=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(to_read)
        os.close(from_write)
        self.buffer, self.number, self.events = b"", 0, []
        target = self.ask("Target.createTarget", {"url": "about:blank"})["targetId"]
        self.session = None
        self.session = self.ask("Target.attachToTarget", {"targetId": target, "flatten": True})["sessionId"]

    def ask(self, method, parameters=None):
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters or {}}
        if getattr(self, "session", None):
            message["sessionId"] = self.session
        os.write(self.to, json.dumps(message).encode() + b"\0")
        while True:
            answer = self.next()
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                return answer["result"]
            self.events.append(answer)

    def next(self):
        while b"\0" not in self.buffer:
            piece = os.read(self.source, 1 << 20)
            if not piece:
                raise RuntimeError("Chromium ended")
            self.buffer += piece
        message, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(message)

    def wait(self, method):
        while True:
            for event in self.events:
                if event.get("method") == method:
                    return
            self.events.append(self.next())

    def value(self, expression):
        return self.ask("Runtime.evaluate", {"expression": expression, "returnByValue": True})["result"].get("value")

    def close(self):
        self.process.kill()
        self.process.wait()


def look(browser, page, name, folder):
    faults = []
    for width, height, scheme in [(1280, 900, "light"), (1280, 900, "dark"), (390, 844, "light"), (390, 844, "dark")]:
        browser.events = []
        browser.ask("Emulation.setDeviceMetricsOverride",
                    {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500})
        browser.ask("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]})
        browser.ask("Page.navigate", {"url": page.as_uri()})
        browser.wait("Page.loadEventFired")
        place = f"{name} at {width}, {scheme}"
        scroll = browser.value("document.documentElement.scrollWidth")
        if scroll > width:
            faults.append(f"{place}: {scroll} pixels wide")
        wide = browser.value(
            "[...document.querySelectorAll('main *')].filter(e => e.getBoundingClientRect().right > innerWidth + 1)"
            ".map(e => e.tagName).slice(0, 5).join(' ')")
        if wide:
            faults.append(f"{place}: beyond the edge: {wide}")
        if browser.value("document.scripts.length") != 0:
            faults.append(f"{place}: a script")
        if not str(browser.value("document.title")).startswith("Security review"):
            faults.append(f"{place}: the title was changed")
        if browser.value("getComputedStyle(document.querySelector('.figures')).display") != "grid":
            faults.append(f"{place}: the style sheet is not in use")
        for event in browser.events:
            method, about = event.get("method"), event.get("params", {})
            if method == "Network.requestWillBeSent" and about["request"]["url"] != page.as_uri():
                faults.append(f"{place}: a request to {about['request']['url'][:80]}")
            if method in ("Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded"):
                faults.append(f"{place}: the console says {json.dumps(about)[:300]}")
            if method == "Page.javascriptDialogOpening":
                faults.append(f"{place}: a dialog")
        if folder:
            size = browser.ask("Page.getLayoutMetrics")["cssContentSize"]
            picture = browser.ask("Page.captureScreenshot", {
                "captureBeyondViewport": True,
                "clip": {"x": 0, "y": 0, "width": width, "height": min(size["height"], 6000), "scale": 1}})
            (folder / f"{name}-{width}-{scheme}.png").write_bytes(base64.b64decode(picture["data"]))
    printed = base64.b64decode(browser.ask("Page.printToPDF", {"preferCSSPageSize": True, "printBackground": True})["data"])
    if not printed.startswith(b"%PDF"):
        faults.append(f"{name}: cannot be printed")
    if folder:
        (folder / f"{name}.pdf").write_bytes(printed)
    return faults


def main():
    warder = sys.argv[1]
    folder = pathlib.Path(sys.argv[2]) if len(sys.argv) > 2 else None
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        hostile = scratch / "hostile.json"
        hostile.write_text(json.dumps({
            "openapi": "3.1.0", "info": {"title": HOSTILE, "version": "1"},
            "paths": {"/" + "long" * 60 + str(number): {"post": {
                "operationId": "delete_" + "x" * 110 + str(number), "summary": HOSTILE, "description": HOSTILE,
                "security": [{"o": [HOSTILE]}], "responses": {"200": {"description": HOSTILE}}}} for number in range(4)},
            "components": {"securitySchemes": {"o": {"type": "oauth2", "flows": {}}}}}))
        baseline = scratch / "baseline.json"
        subprocess.run([warder, "report", "--openapi", str(hostile), "--format", "json", "--output-file", str(baseline)],
                       check=True)
        pages = {}
        for name, document, more in [("example", EXAMPLE, []), ("hostile", hostile, []),
                                     ("widened", EXAMPLE, ["--baseline", str(baseline)])]:
            pages[name] = scratch / f"{name}.html"
            done = subprocess.run([warder, "report", "--openapi", str(document), "--server", "shop", "--format", "html",
                                   "--output-file", str(pages[name])] + more)
            if done.returncode != (11 if more else 0):
                sys.exit(f"{name}: warder report exited with {done.returncode}")
        browser = Browser(str(scratch / "profile"))
        try:
            for domain in ["Page", "Network", "Runtime", "Log"]:
                browser.ask(domain + ".enable")
            # A probe that must be seen: a page that does ask for something.
            probe = scratch / "probe.html"
            probe.write_text("<title>Security review</title><main class=figures><img src=probe.png></main>")
            if not any("a request to" in fault for fault in look(browser, probe, "probe", None)):
                sys.exit("requests are not noticed")
            faults = [fault for name, page in pages.items() for fault in look(browser, page, name, folder)]
        finally:
            browser.close()
    for fault in faults:
        print(fault)
    print(f"{len(pages)} pages, {len(faults)} faults")
    sys.exit(1 if faults else 0)


main()
