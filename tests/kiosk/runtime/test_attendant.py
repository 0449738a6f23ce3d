"""The attendant's desk: what staff says reaches the table; nonsense is answered, not obeyed."""

import socket
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from kiosk.__main__ import main
from kiosk.change import Float
from kiosk.journal.memory import Memory
from kiosk.runtime.attendant import AttendantDesk, ask
from kiosk.settle import happened as h
from kiosk.settle.model import Settlement, State

MEMORY = Memory(
    coins=Float(((100, 5), (500, 2)), ((100, 200), (500, 120))), cases=(("00112233-1", 200),)
)


class Terminal:
    """A table of two rules behind a desk."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.model = Settlement(state=State.IDLE, memory=MEMORY)
        self.desk = AttendantDesk(path, self.hear, lambda: self.model)

    def hear(self, event: object) -> None:
        memory = self.model.memory
        if isinstance(event, h.StockCounted):
            coins = memory.coins.counted(event.yen, event.pieces)
            self.model = replace(self.model, memory=replace(memory, coins=coins))
        if isinstance(event, h.CaseClosed):
            self.model = replace(self.model, memory=replace(memory, cases=()))


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    with tempfile.TemporaryDirectory(prefix="k") as place:
        made = Terminal(Path(place) / "a")
        yield made
        made.desk.close()


def test_the_hoppers_and_cases_are_shown(terminal: Terminal) -> None:
    assert ask(terminal.path, {"do": "status"}) == {
        "ok": True,
        "state": "idle",
        "trouble": "",
        "warnings": [],
        "deposit": "none",
        "coins": {"100": 5, "500": 2},
        "hoppers": [
            {"yen": 100, "accuracy": "set", "fill": "ok"},
            {"yen": 500, "accuracy": "set", "fill": "ok"},
        ],
        "box": {},
        "exchange": "",
        "cases": [{"case": "00112233-1", "yen": 200}],
    }


def test_a_counted_hopper_is_known_when_the_answer_comes(terminal: Terminal) -> None:
    answer = ask(terminal.path, {"do": "count", "yen": 100, "pieces": 80})
    assert answer == {"ok": True, "expected": 5}
    assert terminal.model.memory.coins.stock()[100] == 80


def test_a_store_that_is_filled_by_hand_alone_has_no_limit(terminal: Terminal) -> None:
    coins = replace(MEMORY.coins, capacity=((100, 0), (500, 120)))
    terminal.model = replace(terminal.model, memory=replace(MEMORY, coins=coins))
    assert ask(terminal.path, {"do": "count", "yen": 100, "pieces": 900})["ok"]


def test_a_case_is_closed_once(terminal: Terminal) -> None:
    order: dict[str, object] = {"do": "close_case", "case": "00112233-1"}
    assert ask(terminal.path, order) == {"ok": True}
    assert ask(terminal.path, order) == {"ok": False, "why": "there is no such case open"}


@pytest.mark.parametrize(
    ("order", "why"),
    [
        ({"do": "count", "yen": 5, "pieces": 1}, "there is no hopper for 5 yen"),
        (
            {"do": "count", "yen": 100, "pieces": -1},
            "a number of pieces is a whole number from 0",
        ),
        (
            {"do": "count", "yen": 100, "pieces": "1"},
            "a number of pieces is a whole number from 0",
        ),
        (
            {"do": "count", "yen": 500, "pieces": 121},
            "by [change] capacity that hopper holds 120 coins, not 121",
        ),
        ({"do": "count", "yen": [], "pieces": 1}, "not an order this terminal knows"),
        ({"do": "open_the_door"}, "not an order this terminal knows"),
        ({"do": "status", "more": 1}, "not an order this terminal knows"),
        ({}, "not an order this terminal knows"),
    ],
)
def test_nonsense_is_refused_and_changes_nothing(
    terminal: Terminal, order: dict[str, object], why: str
) -> None:
    before = terminal.model
    assert ask(terminal.path, order) == {"ok": False, "why": why}
    assert terminal.model == before


def test_a_visitor_who_says_no_json_is_answered(terminal: Terminal) -> None:
    with socket.socket(socket.AF_UNIX) as visitor:
        visitor.settimeout(5)
        visitor.connect(str(terminal.path))
        visitor.sendall(b"hello\n")
        assert b'"ok": false' in visitor.recv(200)


def test_the_desk_is_for_the_terminals_group_and_goes_with_it(terminal: Terminal) -> None:
    assert terminal.path.stat().st_mode & 0o777 == 0o660
    terminal.desk.close()
    terminal.desk.close()
    assert not terminal.path.exists()


def config_of(place: Path, attendant: str) -> Path:
    example = (Path(__file__).parents[3] / "firmware.toml").read_text(encoding="utf-8")
    text = example.replace('mode = "production"', 'mode = "demo"')
    path = place / "firmware.toml"
    path.write_text(text.replace("/run/kiosk/attendant.sock", attendant), encoding="utf-8")
    return path


def test_kiosk_stock_counts_and_shows(
    terminal: Terminal, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = config_of(tmp_path, str(terminal.path))
    assert main(["stock", "--config", str(config), "100=80", "500=7"]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "difference  ¥100: 80 counted, 5 by the books"
    shown = " ".join(said[2:]).split()
    assert shown[:10] == ["state", "idle", "¥100", "80", "set", "ok", "¥500", "7", "set", "ok"]
    assert main(["case", "--config", str(config), "00112233-1"]) == 0
    assert "case" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (["stock", "100"], 2, "100 is not YEN=PIECES"),
        (["stock", "5=1"], 1, "refused: there is no hopper for 5 yen"),
        (["case", "x"], 1, "refused: there is no such case open"),
    ],
)
def test_what_is_refused_says_why(  # noqa: PLR0917 - fixtures and the row
    terminal: Terminal,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    words: list[str],
    status: int,
    said: str,
) -> None:
    config = config_of(tmp_path, str(terminal.path))
    assert main([words[0], "--config", str(config), *words[1:]]) == status
    assert said in capsys.readouterr().err


def test_without_a_terminal_or_a_desk_it_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = config_of(tmp_path, str(tmp_path / "none"))
    assert main(["stock", "--config", str(config)]) == 1
    assert "the terminal does not run" in capsys.readouterr().err
    config = config_of(tmp_path, "")
    assert main(["stock", "--config", str(config)]) == 2
    assert "has no desk for staff" in capsys.readouterr().err


class Exchanging(Terminal):
    """As `Terminal`, with the table's answers to an exchange."""

    def hear(self, event: object) -> None:
        memory = self.model.memory
        match event:
            case h.ExchangeBegun(staff):
                memory = replace(memory, exchange=staff)
            case h.BoxCollected(yen, _):
                memory = replace(memory, coins=memory.coins.collected(yen))
            case h.ExchangeEnded():
                memory = replace(memory, exchange="")
        self.model = replace(self.model, memory=memory)


@pytest.fixture
def exchanging() -> Iterator[Exchanging]:
    with tempfile.TemporaryDirectory(prefix="k") as place:
        made = Exchanging(Path(place) / "a")
        boxed = replace(MEMORY.coins, box=((1000, 3),))
        made.model = replace(made.model, memory=replace(MEMORY, coins=boxed))
        yield made
        made.desk.close()


def test_kiosk_exchange_opens_collects_with_a_difference_and_signs(
    exchanging: Exchanging, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = ["--config", str(config_of(tmp_path, str(exchanging.path)))]
    assert main(["exchange", "begin", "staff-7", *config]) == 0
    assert "open for  staff-7" in capsys.readouterr().out
    assert main(["exchange", "collect", "1000=2", *config]) == 0
    assert "difference  ¥1000: 2 taken out, 3 by the books" in capsys.readouterr().out
    assert main(["exchange", "end", "staff-8", *config]) == 1
    assert "who opened the machine must sign" in capsys.readouterr().err
    assert main(["exchange", "end", "staff-7", *config]) == 0
    assert exchanging.model.memory.exchange == ""


@pytest.mark.parametrize(
    ("order", "why"),
    [
        ({"do": "begin_exchange", "staff": "Taro Yamada"}, "letters, digits"),
        ({"do": "begin_exchange", "staff": 7}, "not an order"),
        ({"do": "collect", "yen": 500, "pieces": 1}, "begin an exchange first"),
        ({"do": "end_exchange", "staff": "x"}, "begin an exchange first"),
    ],
)
def test_an_exchange_that_cannot_be_is_refused(
    exchanging: Exchanging, order: dict[str, object], why: str
) -> None:
    answer = ask(exchanging.path, order)
    assert not answer["ok"]
    assert why in str(answer["why"])


def test_no_exchange_begins_while_somebody_is_served(exchanging: Exchanging) -> None:
    exchanging.model = replace(exchanging.model, state=State.PAYING)
    answer = ask(exchanging.path, {"do": "begin_exchange", "staff": "staff-7"})
    assert answer == {
        "ok": False,
        "why": "somebody is being served; wait until the terminal is idle",
    }
