"""The inquiry site as people see it, and what it says to ten thousand broken files."""

import base64
import html
import json
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from PIL import ImageDraw
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from center.antiforgery.invented import PAGES
from tests.center.inquiry import axe
from tests.center.inquiry.site_at_work import (
    ANSWER_S,
    CONTEXT,
    SiteAtWork,
    jpeg,
    side,
    site_at_work,
)
from tests.security_report.page import figure, row, table

SEED = 7
_SHOTS = (("en", "desktop"), ("ja", "phone"))


def inquiry_site(figures: Path) -> str:
    """Pictures of the running site, and what became of mutated uploads."""
    return (
        "<p>Whoever received a certificate sends the scanned back and sees the front as it was "
        "issued, beside what to compare. Screenshots of the running site in Chromium; the "
        f"scan is of an invented page (seed {SEED}). Whatever is sent, there is a sentence or a "
        "picture.</p>"
        + "".join(row(shots) for shots in _pictures())
        + "<h3>Uploads bent out of shape</h3>"
        "<p>Small files of every format, broken as files:</p>"
        + _mutated(figures / "mutants-uploads.jsonl")
        + "<p>Scans of real backs, wounded as pictures and then as files, so that the decoder has "
        "its share:</p>" + _mutated(figures / "mutants-backs.jsonl")
    )


def _pictures() -> Iterator[list[str]]:
    with site_at_work() as site, axe.browser() as driver, tempfile.TemporaryDirectory() as place:
        whole, wrong = Path(place) / "back.jpg", Path(place) / "front.jpg"
        marks = site.engraver.make(PAGES["sparse"](SEED).pdf, CONTEXT)
        scan = side(marks, 1, turn=2)
        ImageDraw.Draw(scan).rectangle((0, 1200, 900, 1900), fill="white")
        whole.write_bytes(jpeg(scan))
        wrong.write_bytes(jpeg(side(marks, 0)))
        for language, size in _SHOTS:
            sents = (("start", None), ("a scan with a hole", whole), ("a front", wrong))
            yield [
                figure(_shot(site, driver, (language, size), sent), f"{size}, {language}: {name}")
                for name, sent in sents
            ]


def _shot(
    site: SiteAtWork, driver: webdriver.Chrome, look: tuple[str, str], sent: Path | None
) -> bytes:
    axe.show_as(driver, look[1])
    driver.get(f"{site.address}{look[0]}/")
    if sent is not None:
        driver.find_element(By.ID, "pick").send_keys(str(sent))
        wait = WebDriverWait(driver, ANSWER_S)
        wait.until(lambda one: one.find_elements(By.CSS_SELECTOR, "#result .verdict"))
    taken = driver.execute_cdp_cmd("Page.captureScreenshot", {
        "format": "png", "captureBeyondViewport": True,
        "clip": {"x": 0, "y": 0, "width": axe.SIZES[look[1]][0], "height": 1350, "scale": 0.75},
    })  # fmt: skip
    return base64.b64decode(taken["data"])


def _mutated(file: Path) -> str:
    if not file.exists():
        return "<p><strong>Not measured yet</strong> (<code>make mutants-uploads</code>).</p>"
    lines = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    said = Counter(str(line["said"]) or "nothing" for line in lines)
    refused = sum(line["status"] != 200 for line in lines)
    made = sorted({f"seed {one['seed']}, commit {one['commit']}" for one in lines})
    return (
        f"<p>{len(lines):,} uploads; {said['nothing']} without a sentence, {refused} without "
        f"status 200. {html.escape('; '.join(made))}.</p>"
        + table(("what the site said", "files"), said.most_common(), words=True)
    )
