"""The dock page in a real browser: a whole visit by clicks alone, and pages that come and go.

Screen clicks go where `/state` says a button is, through the page's own picture of the screen.
"""

import io
import json
import shutil
import tempfile
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PIL import Image
from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import Select, WebDriverWait

from kiosk.demo.cli import demo_state, opening_offset_s, private_directory
from kiosk.demo.dock import DockServer
from kiosk.demo.stage import DemoStage

pytestmark = [pytest.mark.daemon, pytest.mark.slow, pytest.mark.timeout(180)]

_FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--window-size=1440,1040",
)  # fmt: skip
_LIMIT_S = 30.0


@pytest.fixture(scope="module")
def stage() -> Iterator[DemoStage]:
    """A running demo as `kiosk demo --fast` makes it."""
    runtime = private_directory()
    made = DemoStage(demo_state(), runtime, opening_offset_s(), fast=True)
    yield made
    made.close()
    shutil.rmtree(runtime, ignore_errors=True)


@pytest.fixture
def address(stage: DemoStage) -> Iterator[str]:
    """A dock in front of the running demo."""
    dock = DockServer(stage)
    yield dock.address
    dock.close()


@pytest.fixture
def browser() -> Iterator[webdriver.Chrome]:
    """Chromium without a window, with a profile of its own."""
    profile = tempfile.mkdtemp(prefix="k")
    options = Options()
    options.binary_location = "/usr/bin/chromium"
    for flag in (*_FLAGS, f"--user-data-dir={profile}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))
    yield driver
    driver.quit()
    shutil.rmtree(profile, ignore_errors=True)


class Visitor:
    """Somebody with a mouse before the dock page."""

    def __init__(self, browser: webdriver.Chrome, address: str) -> None:
        self._browser = browser
        self._address = address
        browser.get(address)

    def state(self) -> dict[str, Any]:
        """What the page is told."""
        with urllib.request.urlopen(f"{self._address}state") as answer:  # noqa: S310 - the dock's own address
            said: dict[str, Any] = json.loads(answer.read())
        return said

    def button(self, name: str) -> dict[str, Any] | None:
        """The terminal's button of that id, if it can be pressed."""
        actions = self.state()["actions"]
        return next((a for a in actions if a["id"] == name and a["enabled"]), None)

    def until(self, holds: Callable[[], object], what: str) -> None:
        """Wait for something. Fails with `what` and the screen that stood."""
        try:
            WebDriverWait(self._browser, _LIMIT_S, 0.05).until(lambda _: holds())
        except Exception as error:
            raise AssertionError(f"{what}; screen {self.state()['screen']!r}") from error

    def until_screen(self, name: str) -> None:
        """Wait for this screen."""
        self.until(lambda: self.state()["screen"] == name, f"no screen {name!r}")

    def place(self) -> tuple[str, str]:
        """Screen and page."""
        state = self.state()
        return state["screen"], state["page"]

    def until_not_at(self, place: tuple[str, str]) -> None:
        """Wait until another screen or page stands."""
        self.until(lambda: self.place() != place, f"{place} stays")

    def until_says(self, name: str, words: str) -> None:
        """Wait until an element of the page says exactly this."""
        self.until(lambda: self.text(name) == words, f"{name!r} does not say {words!r}")

    def until_pictures(self, shelf: str, count: int) -> None:
        """Wait until so many pictures lie there."""
        self.until(
            lambda: len(self._browser.find_elements(By.CSS_SELECTOR, f"#{shelf} img")) == count,
            f"not {count} pictures among the {shelf}",
        )

    def touch(self, name: str) -> None:
        """Click on the picture where the terminal has this button."""
        self.until(lambda: self.button(name), f"no button {name!r}")
        button, state = self.button(name), self.state()
        assert button is not None
        left, top, width, height = button["box"]
        glass = self.element("glass")
        x = (left + width / 2) / state["size"][0] - 0.5
        y = (top + height / 2) / state["size"][1] - 0.5
        box = glass.size
        ActionChains(self._browser, duration=0).move_to_element_with_offset(
            glass, round(x * box["width"]), round(y * box["height"])
        ).click().perform()

    def touch_from(self, screen: str, name: str) -> None:
        """Click on a button of this screen, once that screen stands."""
        self.until_screen(screen)
        self.touch(name)

    def element(self, name: str) -> WebElement:
        """An element of the page by its id."""
        return self._browser.find_element(By.ID, name)

    def click(self, name: str) -> None:
        """Press a button of the page, once it can be pressed."""
        self.until(lambda: self.element(name).is_enabled(), f"{name!r} stays disabled")
        self.element(name).click()

    def text(self, name: str) -> str:
        """What an element says."""
        return self.element(name).text

    def severe(self) -> list[str]:
        """What the browser complained of."""
        log = self._browser.get_log("browser")  # type: ignore[no-untyped-call]
        return [entry["message"] for entry in log if entry["level"] == "SEVERE"]


def _confirm(visitor: Visitor, screen: str, name: str) -> None:
    """Choose on this screen and confirm."""
    visitor.touch_from(screen, name)
    visitor.until(lambda: _chosen(visitor, name), f"{name!r} was not chosen")
    visitor.touch("confirm")


def _chosen(visitor: Visitor, name: str) -> bool:
    return any(a["id"] == name and a["chosen"] for a in visitor.state()["actions"])


def _go_on_until(visitor: Visitor, screen: str, word: str) -> None:
    """Press `word` on this screen until another stands: a page may be turned on the way."""
    visitor.until_screen(screen)
    while (place := visitor.place())[0] == screen:
        visitor.touch(word if visitor.button(word) else "page:next")
        visitor.until_not_at(place)


def _identify(visitor: Visitor) -> None:
    visitor.touch_from("start", "start")
    visitor.touch_from("menu", "service:certificates")
    visitor.until_screen("place_card")
    visitor.click("card-place")
    visitor.touch_from("where", "scope:residence")
    visitor.until_screen("pin")
    for digit in "1234":
        visitor.touch(f"digit:{digit}")
    visitor.touch("confirm")
    visitor.until_screen("take_card")
    visitor.click("card-pull")


def _choose(visitor: Visitor) -> None:
    _confirm(visitor, "certificate", "option:resident_record")
    _confirm(visitor, "kind", "option:household")
    _confirm(visitor, "items", "item:household_head:on")
    visitor.touch_from("copies", "confirm")
    _go_on_until(visitor, "check", "confirm")


def _pay_and_take(visitor: Visitor) -> None:
    visitor.until_screen("pay")
    visitor.click("note-10000")
    visitor.click("coin-100")
    visitor.until(lambda: "the ¥100 coin is counted" in visitor.text("log"), "no coin")
    visitor.click("note-1000")
    visitor.until_screen("take_paper")
    visitor.click("take-paper")
    visitor.touch("taken")


def test_a_whole_visit_by_clicks_alone(
    stage: DemoStage, address: str, browser: webdriver.Chrome
) -> None:
    visitor = Visitor(browser, address)
    visitor.until(lambda: visitor.text("line") == "live", "the page is not live")
    _identify(visitor)
    _choose(visitor)
    _pay_and_take(visitor)
    visitor.touch_from("finish", "confirm")
    visitor.until_screen("start")
    (sheet,) = stage.devices.printer.delivered
    assert sheet.back is not None
    # The page shows what each device did, the journal, the sheet and the receipt.
    visitor.until(lambda: "money.settled" in visitor.text("journal"), "no money.settled")
    for words in ("the application for certificates (JPKI)", "compare the PIN: yes",
                  "the ¥10000 note is not taken", "the ¥1000 note is counted",
                  "the ¥100 coin is counted", "delivers a sheet", "took 1 sheet"):  # fmt: skip
        assert words in visitor.text("log")
    assert "1234" not in visitor.text("log") + visitor.text("journal")
    for shelf in ("sheets", "slips"):
        visitor.until_pictures(shelf, 1)
    picture = f"sheet/{sheet.number}.png?large=1"
    with urllib.request.urlopen(address + picture) as answer:  # noqa: S310 - the dock's own address
        image = Image.open(io.BytesIO(answer.read()))
    assert image.width > image.height, "front and back lie side by side"
    assert visitor.severe() == []


def test_a_page_loaded_again_and_a_second_one_tell_the_same(
    address: str, browser: webdriver.Chrome
) -> None:
    said = "put yamada-taro on the reader"
    first = Visitor(browser, address)
    first.until_screen("start")
    Select(first.element("card-name")).select_by_value("yamada-taro")
    first.click("card-place")
    first.until(lambda: said in first.text("log"), "nothing logged")
    browser.refresh()
    first.until(lambda: said in first.text("log"), "the log is lost")
    browser.switch_to.new_window("tab")
    second = Visitor(browser, address)
    second.until(lambda: "terminal.start" in second.text("journal"), "the journal is lost")
    assert second.text("log").count(said) == 1
    assert not second.element("card-place").is_enabled()
    second.click("card-pull")
    second.until(lambda: second.element("card-place").is_enabled(), "the card is still there")
    browser.switch_to.window(browser.window_handles[0])
    first.until(lambda: first.element("card-place").is_enabled(), "the first page was not told")


_FAULTS = {
    "jam": ("Jam next sheet", "Let it pass"),
    "cover": ("Open cover", "Close cover"),
    "paper": ("No paper", "Load paper"),
    "cut": ("Cut the line", "Mend the line"),
    "slow": ("Slow it by 2 s", "Full speed"),
}


def _stands(stage: DemoStage, name: str) -> bool:
    """Whether the fault is in the device itself."""
    printer, cable = stage.devices.printer, stage.cable
    return {
        "jam": printer.jam_awaits,
        "cover": "cover-open" in printer.troubles,
        "paper": printer.paper == 0,
        "cut": cable.is_cut,
        "slow": cable.delay_s > 0,
    }[name]


def test_every_fault_and_its_remedy_is_a_click(
    stage: DemoStage, address: str, browser: webdriver.Chrome
) -> None:
    visitor = Visitor(browser, address)
    visitor.until_screen("start")
    silent = "return [...document.querySelectorAll('button')].filter(b => !b.title).map(b => b.id)"
    assert browser.execute_script(silent) == []  # type: ignore[no-untyped-call]
    for name, words in _FAULTS.items():
        visitor.until_says(name, words[0])
        for said, stands in ((words[1], True), (words[0], False)):
            visitor.click(name)
            visitor.until_says(name, said)
            assert _stands(stage, name) is stands
    browser.find_element(By.CSS_SELECTOR, "summary").click()
    visitor.click("jam_hopper-100")
    visitor.until(lambda: "jammed" in visitor.text("hopper-state"), "the hopper runs")
    visitor.click("unjam_hopper-100")
    visitor.until(lambda: "jammed" not in visitor.text("hopper-state"), "the hopper is stuck")
    visitor.click("empty_hopper-500")
    visitor.until(lambda: "¥500 × 0" in visitor.text("hopper-state"), "coins are left")
    visitor.click("fill_hopper-500")
    visitor.until(lambda: "¥500 × 50" in visitor.text("hopper-state"), "no coins came")
