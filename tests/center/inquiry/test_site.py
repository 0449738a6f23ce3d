"""The site as a whole: a scan comes, the front goes; everything else gets a sentence."""

import http.client
import io
import os
import re
import signal
import tempfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from center.cell import CPU_S, MEMORY_BYTES
from center.inquiry.pages import UPLOAD_MAX
from center.inquiry.sentences import LANGUAGES, words
from tests.center.antiforgery.engraving import certificate
from tests.center.inquiry import axe
from tests.center.inquiry.looks import COMPLAINTS
from tests.center.inquiry.mutated_uploads import send, send_back
from tests.center.inquiry.site_at_work import ANSWER_S, SiteAtWork, jpeg, marks, side, site_at_work

pytestmark = [pytest.mark.daemon, pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def site() -> Iterator[SiteAtWork]:
    with site_at_work() as made:
        yield made


@pytest.fixture(scope="module")
def scan(site: SiteAtWork) -> bytes:
    """The back, upside down and a little askew."""
    return jpeg(side(marks(site), 1, turn=181))


@pytest.fixture(scope="module")
def browser() -> Iterator[webdriver.Chrome]:
    with axe.browser() as driver:
        yield driver


def test_a_scan_of_a_back_shows_its_front(site: SiteAtWork, scan: bytes) -> None:
    status, page = site.send(scan)
    assert status == 200
    said = words("ja")
    assert said["verdict_read"] in page
    assert "ABCD-EFGH-JKLM-NPQR" in page
    assert "2023年11月15日 07時13分" in page
    assert "data:image/png;base64," in page
    assert said["compare_heading"] in page


def bomb() -> bytes:
    """A PNG of a few kB that would unpack to gigabytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return len(data).to_bytes(4, "big") + body + zlib.crc32(body).to_bytes(4, "big")

    size = (60_000).to_bytes(4, "big")
    head = chunk(b"IHDR", size + size + bytes([8, 0, 0, 0, 0]))
    packed = zlib.compress(bytes(10_000_000), 9)
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


def polyglot() -> bytes:
    """A page of a web site that calls itself a picture."""
    return b"GIF89a/*<script>alert(1)</script>*/=1;%PDF-1.7\n" + b"PK\x03\x04" + bytes(100)


def a_page_of_text(_site: SiteAtWork) -> bytes:
    return jpeg(side(certificate(), 0, 150))


@pytest.mark.parametrize(
    ("make", "key"),
    [
        (lambda _: b"", "refused_empty"),
        (lambda _: b"hello", "verdict_no_picture"),
        (lambda _: bomb(), "verdict_no_picture"),
        (lambda _: polyglot(), "verdict_no_picture"),
        (lambda _: b"\xff\xd8\xff\xe0" + bytes(2000), "verdict_no_picture"),
        (lambda _: bytes(UPLOAD_MAX + 1), "refused_size"),
        (a_page_of_text, "verdict_no_block"),
    ],
    ids=["nothing", "text", "bomb", "polyglot", "broken", "too large", "another page"],
)
def test_everything_else_gets_a_sentence(
    site: SiteAtWork, make: Callable[[SiteAtWork], bytes], key: str
) -> None:
    _, page = site.send(make(site))
    assert words("ja")[key] in page


def test_mutated_uploads_get_a_sentence(site: SiteAtWork) -> None:
    """The first thirty of the ten thousand that `make mutants-uploads` sends, and a real back."""
    answers = [send(site, 20261121, number) for number in range(30)]
    answers.append(send_back(site, 20261121, 3))
    assert [one for one in answers if not one["said"] or one["status"] != 200] == []
    assert len(_children(site.process.pid)) == 2


def test_processes_that_are_killed_are_replaced_and_nobody_notices(
    site: SiteAtWork, scan: bytes
) -> None:
    children = _children(site.process.pid)
    assert len(children) == 2
    for child in children:
        os.kill(child, signal.SIGKILL)
    while not all(_ended(child) for child in children):
        pass
    assert words("ja")["verdict_read"] in site.send(scan)[1]
    assert not set(children) & set(_children(site.process.pid))


def _ended(pid: int) -> bool:
    """Also while its parent has not waited for it."""
    return Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()[0] == "Z"


def _children(pid: int) -> list[int]:
    listed = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii")
    return [int(word) for word in listed.split()]


def test_nothing_of_an_upload_is_kept(site: SiteAtWork, scan: bytes) -> None:
    """No file, no log, and no word to a cache."""
    marked = scan + b"CANARY-OF-AN-UPLOAD"
    before = {path for path in site.root.rglob("*") if path.is_file()}
    written = _written(site)  # by now: what Python compiled as it started, in a fresh checkout
    line = http.client.HTTPConnection("127.0.0.1", site.port, timeout=ANSWER_S)
    line.request("POST", "/en/read", marked)
    answer = line.getresponse()
    assert words("en")["verdict_read"] in answer.read().decode()
    assert answer.headers["Cache-Control"] == "no-store"
    line.close()
    files = [path for path in site.root.rglob("*") if path.is_file()]
    assert set(files) == before
    for path in files:
        content = path.read_bytes()
        assert b"CANARY" not in content
        assert b"ABCD-EFGH" not in content
    assert "answered: read" in site.logged()
    assert "127.0.0.1" not in site.logged()
    assert _written(site).keys() == written.keys()
    for pid, many in _written(site).items():
        # The log's own lines; a picture of a page has hundreds of kilobytes.
        assert many - written[pid] < 65536


def _written(site: SiteAtWork) -> dict[int, int]:
    """Process -> bytes it has brought to a disk, of the site and its children."""
    pids = (site.process.pid, *_children(site.process.pid))
    said = {pid: Path(f"/proc/{pid}/io").read_text("ascii") for pid in pids}
    return {
        pid: int(line.split()[1])
        for pid, text in said.items()
        for line in text.splitlines()
        if line.startswith("write_bytes:")
    }


def test_the_processes_are_shut_in(site: SiteAtWork) -> None:
    for child in _children(site.process.pid):
        limits = Path(f"/proc/{child}/limits").read_text("ascii")
        assert re.search(r"Max file size +0 +0 ", limits)
        assert re.search(rf"Max address space +{MEMORY_BYTES} +{MEMORY_BYTES} ", limits)
        assert re.search(rf"Max cpu time +{CPU_S} +{CPU_S} ", limits)
        assert re.search(r"Max core file size +0 +0 ", limits)
        assert (Path(f"/proc/{child}/ns/net").readlink()) != Path("/proc/self/ns/net").readlink()


def test_headers_allow_nothing_from_elsewhere(site: SiteAtWork) -> None:
    for path in ("/ja/", "/static/site.js", "/static/site.css", "/static/blossom.svg"):
        answer, body = site.get(path)
        assert answer.status == 200
        assert body
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert site.get("/")[0].headers["Location"] == "/ja/"
    assert site.get("/fr/")[0].status == 404


def test_too_many_uploads_from_one_address() -> None:
    """A site of its own, which allows two: what it reads does not matter here."""
    with site_at_work(burst=2) as strict:
        pages = [strict.send(b"hello")[1] for _ in range(3)]
    assert [words("ja")["refused_rate"] in page for page in pages] == [False, False, True]


@pytest.mark.parametrize(("language", "size"), [("ja", "phone"), ("en", "desktop")])
def test_a_person_sends_a_scan(
    site: SiteAtWork, browser: webdriver.Chrome, language: str, size: str
) -> None:
    """By keyboard and by file field, to the result; every look of the page is checked."""
    with tempfile.TemporaryDirectory(prefix="k") as place:
        picture = Path(place) / "back.jpg"
        picture.write_bytes(jpeg(side(marks(site), 1)))
        axe.show_as(browser, size)
        browser.get(f"{site.address}{language}/")
        assert browser.execute_script(COMPLAINTS) == []
        browser.find_element(By.ID, "pick").send_keys(str(picture))
        wait = WebDriverWait(browser, ANSWER_S)
        wait.until(lambda one: one.find_elements(By.CSS_SELECTOR, "#result figure img"))
    said = words(language)
    assert said["verdict_read"] in browser.find_element(By.ID, "result").text
    assert browser.find_element(By.ID, "status").text == said["progress_done"]
    # The result is where keyboard and screen reader are now.
    assert browser.switch_to.active_element.text == said["result_heading"]
    assert browser.execute_script(COMPLAINTS) == []
    image = browser.find_element(By.CSS_SELECTOR, "#result figure img")
    assert int(image.get_property("naturalWidth") or 0) > 1500
    assert _too_wide(browser) <= 0
    browser.find_element(By.CSS_SELECTOR, "[data-enlarge]").click()
    assert image.size["width"] > 1900, "large enough to compare characters"
    assert _too_wide(browser) <= 0, "it is moved within its own frame"
    assert "large" in (browser.switch_to.active_element.get_attribute("class") or "")
    browser.find_element(By.CSS_SELECTOR, "[data-enlarge]").click()
    assert image.size["width"] < 900
    loaded = browser.execute_script(
        "return performance.getEntriesByType('resource').map(e => new URL(e.name).origin)"
    )
    assert {origin for origin in loaded if origin != "null"} == {site.address.rstrip("/")}
    if keep := os.environ.get("KEEP_SHOTS"):
        browser.save_screenshot(f"{keep}/inquiry-{language}-{size}.png")


def test_what_would_be_refused_is_not_sent(site: SiteAtWork, browser: webdriver.Chrome) -> None:
    """Nobody waits for minutes to hear that a file is too large, nor hears that a line was lost."""
    said, answered = words("en"), site.logged().count("answered")
    browser.get(f"{site.address}en/")
    with tempfile.TemporaryDirectory(prefix="k") as place:
        for size, key in ((UPLOAD_MAX + 1, "refused_size"), (0, "refused_empty")):
            file = Path(place) / f"{size}.pdf"
            with file.open("wb") as empty:
                empty.truncate(size)
            browser.find_element(By.ID, "pick").send_keys(str(file))
            assert browser.find_element(By.ID, "status").text == said[key]
    assert site.logged().count("answered") == answered


def _too_wide(browser: webdriver.Chrome) -> int:
    wide: int = browser.execute_script("return document.documentElement.scrollWidth - innerWidth")
    return wide


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("size", axe.SIZES)
def test_axe_finds_nothing(
    site: SiteAtWork, browser: webdriver.Chrome, language: str, size: str
) -> None:
    """On the page itself, under an answer with all there may be, and under a refusal."""
    axe.show_as(browser, size)
    answers = axe.results(language)
    for name in ("start", "answers", "refused_busy"):
        browser.get(f"{site.address}{language}/")
        wrong, _, passed = axe.look(browser, axe.packaged(), answers[name])
        assert wrong == []
        assert passed > 30, "a page that was not looked at has nothing wrong either"
        assert _too_wide(browser) <= 0


def test_axe_would_find_something(site: SiteAtWork, browser: webdriver.Chrome) -> None:
    browser.get(f"{site.address}en/")
    spoiled = '<img src="/static/blossom.svg"><button type="button"></button>'
    wrong, _, _ = axe.look(browser, axe.packaged(), spoiled)
    assert {line.split(":")[0] for line in wrong} >= {"critical image-alt", "critical button-name"}


def test_a_tiff_of_two_pages(site: SiteAtWork) -> None:
    back = side(marks(site), 1).convert("L")
    out = io.BytesIO()
    front = Image.new("L", (800, 1100), 255)
    back.save(out, "TIFF", save_all=True, append_images=[front], compression="tiff_deflate")
    page = site.send(out.getvalue())[1]
    assert words("ja")["verdict_read"] in page
    assert words("ja")["verdict_no_block"] in page
