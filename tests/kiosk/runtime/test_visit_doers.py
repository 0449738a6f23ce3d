"""Each command goes where it belongs; printing straight out of the vault."""

import queue
from dataclasses import dataclass, field
from typing import Any, get_args

import pytest

from drivers.errors import DeviceError
from kiosk.center_visit import Ended
from kiosk.link import values as link
from kiosk.link.wire import LinkError
from kiosk.runtime.visit_doers import PrintThread, Threads, VisitDoer
from kiosk.runtime.visit_pin import PinPad
from kiosk.session import commands as cmd
from kiosk.session import events as ev
from kiosk.session.model import Choice
from kiosk.vault import Vault

PATIENCE_S = 10.0
CHOICE = Choice("resident_record", "self", (), (), 1, 200)


@dataclass
class Recorder:
    """Stands where a thread would; remembers the calls."""

    calls: list[tuple[str, tuple[Any, ...]]] = field(default_factory=list)
    report: bytes = b"report"

    def __getattr__(self, name: str) -> Any:
        def call(*arguments: Any) -> None:
            self.calls.append((name, arguments))

        return call

    def outcome(self, ended: Ended) -> bytes:
        self.calls.append(("outcome", (ended,)))
        return self.report


class Bench:
    def __init__(self) -> None:
        self.card, self.centre, self.print = Recorder(), Recorder(), Recorder()
        self.sent: list[object] = []
        self.posted: list[object] = []
        self.pad, self.vault = PinPad(), Vault()
        threads = Threads(self.card, self.centre, self.print)  # type: ignore[arg-type]
        self.doer = VisitDoer(self.sent.append, self.pad, self.vault, self.posted.append, threads)


@pytest.fixture
def it() -> Bench:
    return Bench()


def test_every_command_but_the_last_has_somebody_who_does_it(it: Bench) -> None:
    assert set(get_args(cmd.Command)) - {cmd.Exit} == set(it.doer._table)


def test_the_pin_leaves_the_pad_for_the_card(it: Bench) -> None:
    for digit in "1234":
        it.pad.add(digit)
    it.doer.do(cmd.Authenticate("residence"))
    (name, (scope, pin)) = it.card.calls[0]
    assert (name, scope, pin.open()) == ("authenticate", "residence", b"1234")
    assert it.pad.take().open() == b""


@pytest.mark.parametrize(
    ("command", "where", "call"),
    [
        (cmd.OpenAtCentre(), "centre", ("open", ())),
        (cmd.AskOffers(), "centre", ("ask_offers", ())),
        (cmd.Apply(CHOICE), "centre", ("apply", (CHOICE,))),
        (cmd.ForgetCentre(), "centre", ("forget", ())),
        (cmd.IdentifyCard(), "card", ("identify", ())),
        (cmd.ReleaseCard(), "card", ("release", ())),
        (cmd.Stream("t", "k"), "print", ("stream", (cmd.Stream("t", "k"),))),
    ],
)
def test_orders_go_to_their_thread(
    it: Bench, command: cmd.Command, where: str, call: tuple[str, tuple[object, ...]]
) -> None:
    it.doer.do(command)
    assert getattr(it, where).calls == [call]


def test_erasing_says_how_many_once(it: Bench) -> None:
    it.vault.lay_in(b"one")
    it.doer.do(cmd.Erase())
    it.doer.do(cmd.Erase())
    assert it.posted == [ev.Erased(1)]


def test_the_report_goes_to_the_outbox_if_there_is_one(it: Bench) -> None:
    order = cmd.ReportOutcome("issued", "", 1, 1, 200, 0, 0)
    it.doer.do(order)
    assert it.sent == [link.Report(b"report")]
    assert it.centre.calls == [("outcome", (Ended("issued", "", 1, 1, 200, 0, 0),))]
    it.centre.report = b""
    it.doer.do(order)
    assert len(it.sent) == 1


def test_a_supervisor_that_does_not_hear_is_no_crash() -> None:
    def dead(value: object) -> None:
        raise LinkError("the other end is gone")

    made = Bench()
    made.doer._send = dead
    made.doer.do(cmd.Tell(link.CancelPayment()))


class TestPrinting:
    def run(self, handover: Any, bend: bool = False) -> tuple[object, list[tuple[str, bytes]]]:
        vault = Vault()
        said: queue.Queue[object] = queue.Queue()
        thread = PrintThread(handover, vault, said.put)
        thread.start()
        ticket = vault.lay_in(b"%PDF-document")
        if bend:
            vault._held[ticket][0][3] ^= 1
        thread.stream(cmd.Stream(ticket, "kiosk-1"))
        try:
            return said.get(timeout=PATIENCE_S), getattr(handover, "got", [])
        finally:
            thread.stop()

    def test_the_very_bytes_that_were_checked(self) -> None:
        said, got = self.run(Handover())
        assert said == ev.Streamed("kiosk-1")
        assert got == [("kiosk-1", b"%PDF-document")]

    def test_a_spooler_that_breaks(self) -> None:
        said, _ = self.run(Handover("printer.spooler"))
        assert said == ev.NotStreamed("kiosk-1", "printer.spooler")

    def test_a_defect_in_the_handover_is_heard(self) -> None:
        class Broken:
            def submit(self, title: str, pdf: bytes) -> None:
                raise KeyError(title)

        said, _ = self.run(Broken())
        assert said == ev.NotStreamed("kiosk-1", "terminal.defect")

    def test_bytes_that_changed_are_never_handed_over(self) -> None:
        said, got = self.run(Handover(), bend=True)
        assert said == ev.NotStreamed("kiosk-1", "vault.other_document")
        assert got == []


class Handover:
    def __init__(self, failing: str = "") -> None:
        self.got: list[tuple[str, bytes]] = []
        self._failing = failing

    def submit(self, title: str, pdf: bytes) -> None:
        if self._failing:
            raise DeviceError(self._failing)
        self.got.append((title, pdf))
