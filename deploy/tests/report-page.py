#!/usr/bin/env python3
"""Opens a report in a headless Chromium, and looks at what a person would trip over.

usage: report-page.py WARDER [FOLDER]

WARDER is the built command; warderd lies beside it. With a FOLDER, pictures of the page and its printed form are left there.

Pages of the example document, of one whose names try to be markup, and of a vault that is full of such texts must: ask for
nothing, write nothing to the console, have no script, fit a phone of 360 pixels without scrolling sideways, in light and in dark, and
print: on about as many sheets of A4 as the text is long, none of them blank, with the title and the key figures in the text of the PDF.
The page of the vault shows none of its values. Each check is tried on a page that it must find fault with.
"""

import base64
import html
import json
import math
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import urllib.parse

from report_browser import Browser
from report_vault import HOSTILE, SECRET, SERVER, TOOL, Canary, ReportVault

EXAMPLE = pathlib.Path(__file__).resolve().parents[2] / "Examples/subscription-platform/openapi.yaml"

PHONE = 360
# A4 as wide as it is, and as high as its margins leave it, in pixels of CSS.
SHEET = (794, 1001)

# A page that nothing is wrong with. PROBES puts one thing into it each, which must be found.
SOUND = ("<!doctype html><meta charset=utf-8><meta name=viewport content='width=device-width'><title>Security review</title>"
         "<style>body { margin: 0 } .figures { display: grid }</style><main><h1>Security review</h1><p class=figures>%s</p></main>")
PROBES = [
    ("<img src=probe.png>", "a request to file:"),
    ("<script>throw new Error('on purpose')</script>", "the console says Runtime.exceptionThrown"),
    ("<script>console.error('on purpose')</script>", "the console says Runtime.consoleAPICalled"),
    ("<script></script>", "a script"),
    ("<script>alert(1)</script>", "a dialog"),
    ("<script>document.title = 'owned'</script>", "the title was changed"),
    ("<style>.figures { display: block !important }</style>", "the style sheet is not in use"),
    (f"<span style='width: {PHONE + 1}px'>wide</span>", "pixels wide"),
    (f"<span style='overflow: hidden'><b style='display: block; width: {PHONE + 40}px'>wide</b></span>", "beyond the edge: B"),
    ("<style>@media print { .figures { display: none } }</style>Tools 5", "the print does not say Tools 5"),
    ("<style>@media print { .figures { font-size: 0 } }</style>Tools 5", "the print does not say Tools 5"),
    ("<style>@media print { h1 { display: none } }</style>", "the print does not say Security review"),
    ("<style>@media print { b { display: block; break-before: page } }</style>" + "<b>one</b>" * 9, "sheets instead of"),
    ("<style>@media print { i { display: block; break-after: page; height: 1px } }</style><i></i><i></i>", "a blank sheet"),
]


def look(browser, page, name, folder):
    faults = []
    for width, height, scheme in [(1280, 900, "light"), (1280, 900, "dark"), (PHONE, 800, "light"), (PHONE, 800, "dark")]:
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
            f"[...document.querySelectorAll('main *')].filter(e => e.getBoundingClientRect().right > {width + 1})"
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
                faults.append(f"{place}: the console says {method} {json.dumps(about)[:300]}")
            if method == "Page.javascriptDialogOpening":
                faults.append(f"{place}: a dialog")
        if folder:
            size = browser.ask("Page.getLayoutMetrics")["cssContentSize"]
            picture = browser.ask("Page.captureScreenshot", {
                "captureBeyondViewport": True,
                "clip": {"x": 0, "y": 0, "width": width, "height": min(size["height"], 6000), "scale": 1}})
            (folder / f"{name}-{width}-{scheme}.png").write_bytes(base64.b64decode(picture["data"]))
    return faults + printed(browser, name, folder)


def printed(browser, name, folder):
    """Faults of what comes out of a printer: how many sheets, and what stands on them."""
    figures = browser.value("[...document.querySelectorAll('h1, .top p, .figures > div, p.figures')].map(e => e.innerText)")
    browser.ask("Emulation.setEmulatedMedia", {"media": "print"})
    browser.ask("Emulation.setDeviceMetricsOverride",
                {"width": SHEET[0], "height": SHEET[1], "deviceScaleFactor": 1, "mobile": False})
    expected = math.ceil(browser.value("document.documentElement.scrollHeight") / SHEET[1])
    browser.ask("Emulation.setEmulatedMedia", {"media": ""})
    pdf = base64.b64decode(browser.ask("Page.printToPDF", {"preferCSSPageSize": True, "printBackground": True})["data"])
    if folder:
        (folder / f"{name}.pdf").write_bytes(pdf)
    # In the order of the page, each sheet with a form feed at its end.
    text = subprocess.run(["pdftotext", "-raw", "-", "-"], input=pdf, stdout=subprocess.PIPE)
    if not pdf.startswith(b"%PDF") or text.returncode != 0:
        return [f"{name}: cannot be printed"]
    sheets = text.stdout.decode().split("\f")[:-1]
    faults = [f"{name}: a blank sheet, number {number}" for number, sheet in enumerate(sheets, 1) if not sheet.strip()]
    # Paper is set a little closer than a screen that is as wide, and what must not be torn apart leaves room below it.
    if abs(len(sheets) - expected) > max(1, expected // 3):
        faults.append(f"{name}: {len(sheets)} sheets instead of {expected}")
    said = squeezed("".join(sheets))
    return faults + [f"{name}: the print does not say {' '.join(figure.split())}" for figure in figures
                     if squeezed(figure) not in said]


def squeezed(text):
    """Without what differs between a page and paper: spaces, ends of lines, and capitals of the style sheet."""
    return "".join(text.split()).lower()


def shown(browser, page, name, canaries):
    """Faults where a value is in the bytes of a page, or in what a browser makes of them."""
    browser.events = []
    browser.ask("Page.navigate", {"url": page.as_uri()})
    browser.wait("Page.loadEventFired")
    forms = {"bytes": page.read_text(), "text": browser.value("document.documentElement.textContent"),
             "attributes": browser.value(
                 "[...document.querySelectorAll('*')].flatMap(e => [...e.attributes]).map(a => a.value).join(' ')")}
    return [f"{name}: {where} is in its {form}, {way}"
            for where, canary in canaries.items() for form, text in forms.items() for way in canary.ways_in(text)]


def blind(browser, scratch):
    """The checks that find no fault where there is one, or one where there is none."""
    probe = scratch / "probe.html"

    def written(text):
        probe.write_text(SOUND % text)
        return probe

    missed = [f"nothing is wrong, and yet: {fault}" for fault in look(browser, written("Nothing."), "probe", None)]
    for text, expected in PROBES:
        if not any(expected in fault for fault in look(browser, written(text), "probe", None)):
            missed.append(f"not noticed: {expected}")
    canary = Canary()
    value = canary.value.encode()
    references = "".join(f"&#{byte};" for byte in canary.heart.encode())
    for text, expected in [
        ("Nothing.", None),
        (html.escape(canary.value), "bytes, plain"),
        (html.escape(json.dumps(canary.value)), "bytes, plain"),
        (urllib.parse.quote(value, safe=""), "bytes, plain"),
        ("".join(f"%{byte:02X}" for byte in value), "bytes, percent"),
        (value.hex().upper(), "bytes, hexadecimal"),
        *((base64.b64encode(b"-" * more + value).decode(), "bytes, base64") for more in range(3)),
        (base64.urlsafe_b64encode(value).decode(), "bytes, base64"),
        (references, "text, plain"),
        ("<wbr>".join(canary.heart), "text, plain"),
        (f"<b title='{references}'></b>", "attributes, plain"),
    ]:
        faults = shown(browser, written(text), "probe", {"a value": canary})
        if faults and expected is None or expected and f"probe: a value is in its {expected}" not in faults:
            missed.append(f"a value: {expected} expected, found {faults}")
    return missed


def report_of_vault(warder, page):
    """Writes the report of a vault, and returns the canaries, which were in the vault as it did."""
    vault = ReportVault(pathlib.Path(warder).resolve().parent)
    try:
        vault.fill()
        facts = page.with_suffix(".json")
        for form, file in [("html", page), ("json", facts)]:
            subprocess.run([warder, "report", "--format", form, "--output-file", str(file)], check=True,
                           env=os.environ | {"WARDER_OPERATOR_SOCKET": vault.socket})
        if vault.read_back() != [canary.value for canary in vault.canaries.values()]:
            sys.exit("the vault does not have the values that its report is searched for")
    finally:
        vault.remove()
    kinds = {finding["kind"] for finding in json.loads(facts.read_text())["findings"]}
    if missing := {"open-alerts", "unreviewed", "muted", "rule-off", "shared-secret", "broad-grant"} - kinds:
        sys.exit(f"the vault was to have findings that it has not: {missing}")
    return vault.canaries


def main():
    # So that what is started is ended then, too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended from outside"))
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
        pages["vault"] = scratch / "vault.html"
        canaries = report_of_vault(warder, pages["vault"])
        browser = Browser(str(scratch / "profile"))
        try:
            for domain in ["Page", "Network", "Runtime", "Log"]:
                browser.ask(domain + ".enable")
            if missed := blind(browser, scratch):
                sys.exit("\n".join(missed))
            faults = [fault for name, page in pages.items() for fault in look(browser, page, name, folder)]
            faults += shown(browser, pages["vault"], "vault", canaries)
            text = browser.value("document.body.textContent")
            faults += [f"vault: does not say {part[:40]}" for part in [HOSTILE, SERVER, TOOL, SECRET] if part not in text]
        finally:
            browser.close()
    for fault in faults:
        print(fault)
    print(f"{len(pages)} pages, {len(faults)} faults")
    sys.exit(1 if faults else 0)


main()
