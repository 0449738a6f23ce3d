"""axe-core on every page of the inquiry site, in both languages, as phone and desktop show it.

The continuous tests run the axe-core that comes with the package axe-core-python. `make axe`
(`python -m tests.center.inquiry.axe`) fetches the newest from npm and says all that it finds, and
what it could not decide by itself; needs npm and a registry.

Source: https://github.com/dequelabs/axe-core; WCAG 2.2.
"""

import argparse
import contextlib
import io
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any

from PIL import Image
from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service

from center.antiforgery.scramble.recovered import Verdict
from center.inquiry.pages import answer_page, refusal
from center.inquiry.pool import Answer, Result
from center.inquiry.sentences import LANGUAGES, words
from tests.center.inquiry.site_at_work import site_at_work

PACKAGE = "axe-core@4.14.1"
SIZES = {"phone": (390, 844, True), "desktop": (1280, 900, False)}
"""Width and height in CSS pixels, and whether it is a phone."""
FOUND: dict[str, Any] = {
    "verdict": "partly", "strips": ["fine"] * 8 + ["base"] * 6 + ["lost", "refused"],
    "scan_dpi": 300, "picture": 4, "dpi": 240, "document": "ABCD-EFGH-JKLM-NPQR", "page": 1,
    "pages": 2, "issued": 1_700_000_000, "municipality": "99201", "text": "氏名 <b>見本</b>",
    "text_is_whole": False,
}  # fmt: skip
"""An answer with all there may be in one."""
_LIMIT_S = 120
_PUT = """
const result = document.getElementById("result");
result.innerHTML = arguments[0];
result.hidden = false;
"""
_RUN = """
const tell = arguments[arguments.length - 1];
const said = (list) => list.flatMap((one) => one.nodes.map(
  (node) => `${one.impact} ${one.id}: ${node.target} (${one.help})`));
axe.run(document, {resultTypes: ["violations", "incomplete"]}).then(
  (found) => tell([said(found.violations), said(found.incomplete), found.passes.length]),
  (error) => tell([[String(error)], [], 0]));
"""


def packaged() -> str:
    """The script that the package brings."""
    file = resources.files("axe_core_python").joinpath("axe.min.js")
    return file.read_text("utf-8")


@contextlib.contextmanager
def browser() -> Iterator[webdriver.Chrome]:
    """Headless Chromium with a profile of its own."""
    profile = tempfile.mkdtemp(prefix="k")
    options = Options()
    for flag in (
        "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-quic",
        "--disable-background-networking", "--disable-component-update", "--disable-sync",
        f"--user-data-dir={profile}",
    ):  # fmt: skip
        options.add_argument(flag)
    driver = webdriver.Chrome(options, Service("/usr/bin/chromedriver"))
    driver.set_script_timeout(_LIMIT_S)
    try:
        yield driver
    finally:
        driver.quit()
        shutil.rmtree(profile, ignore_errors=True)


def show_as(driver: webdriver.Chrome, size: str) -> None:
    """A window cannot be as narrow as a phone; what a page is told can."""
    width, height, mobile = SIZES[size]
    shown = {"width": width, "height": height, "mobile": mobile, "deviceScaleFactor": 1}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", shown)


def results(language: str) -> dict[str, str]:
    """Every kind of answer as HTML, by name."""
    out = io.BytesIO()
    Image.new("L", (300, 424), 255).save(out, "PNG")
    sheets = [Result(FOUND, out.getvalue())]
    sheets += [
        Result({"verdict": one.value, "strips": [], "scan_dpi": 0, "picture": 0}) for one in Verdict
    ]
    refusals = sorted(key for key in words(language) if key.startswith("refused_"))
    return {
        "start": "",
        "answers": answer_page(language, Answer("more", tuple(sheets))),
        **{key: refusal(language, key) for key in refusals},
    }


def look(driver: webdriver.Chrome, script: str, html: str) -> tuple[list[str], list[str], int]:
    """What is wrong with the page at hand, what cannot be decided, and how many rules it passes.

    With `html` as its result, where there is one. No answer is no pass: a page that passes no
    rule was not looked at.
    """
    if html:
        driver.execute_script(_PUT, html)
    driver.execute_script(script)
    wrong, unsure, passed = driver.execute_async_script(_RUN)
    return wrong, unsure, passed


def main(arguments: list[str] | None = None) -> int:
    """Look at every page with the newest axe-core. Exit status 1 if it finds anything."""
    parser = argparse.ArgumentParser(prog="tests.center.inquiry.axe", description=__doc__)
    parser.add_argument("--folder", type=Path, default=Path("build/npm"))
    parsed = parser.parse_args(arguments)
    script = parsed.folder / "node_modules" / "axe-core" / "axe.min.js"
    if not script.exists():
        install = ("npm", "install", "--no-audit", "--no-fund", "--prefix", str(parsed.folder))
        subprocess.run((*install, PACKAGE), check=True)
    found = 0
    with site_at_work() as site, browser() as driver:
        for language in LANGUAGES:
            for size in SIZES:
                show_as(driver, size)
                for name, html in results(language).items():
                    driver.get(f"{site.address}{language}/")
                    wrong, unsure, passed = look(driver, script.read_text("utf-8"), html)
                    print(f"{language} {size} {name}: {passed} rules hold, {len(wrong)} do not")
                    for line in (*wrong, *(f"to be looked at: {one}" for one in unsure)):
                        print(f"  {line}")
                    found += len(wrong) + (not passed)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
