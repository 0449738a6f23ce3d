"""Renewing between visits: when it is due, when nobody is served, and what is said of it."""

import dataclasses
import datetime
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from center import demo
from center.pki import issue
from center.pki.description import EndEntity
from crypto.certificates import parse_pem_bundle
from crypto.errors import CheckFailed
from crypto.keys import private_to_pem
from crypto.roles import Role
from drivers.clock import VirtualClock
from kiosk.center_client import CenterConfig, CentreDoor
from kiosk.center_visit import CentreVisit
from kiosk.identity import Identity, Renewed, enrol
from kiosk.runtime.identity_worker import (
    FIRST_PAUSE_S,
    LONGEST_PAUSE_S,
    LONGEST_SLEEP_S,
    QUIET_PAUSE_S,
    IdentityWorker,
)
from kiosk.settle import commands as c
from kiosk.settle import happened as h
from kiosk.settle import service
from kiosk.settle.model import Settlement, State
from tests.kiosk.centre_at_work import NOON, CentreAtWork

DAYS = datetime.timedelta(days=1)
NOW = int(NOON.timestamp())


class Bench:
    """The worker, its thread not running: a test turns the clock and lets it look."""

    def __init__(self, *answers: Renewed | Exception) -> None:
        self.answers = list(answers)
        self.renewals = 0
        self.quiet = True
        self.clock = VirtualClock(NOON)
        self.said: list[object] = []
        self.worker = IdentityWorker(
            self._renew, lambda: self.quiet, self.clock, self.said.append
        )  # fmt: skip

    def _renew(self) -> Renewed:
        self.renewals += 1
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def look(self) -> float:
        """Let it look once; how long it then sleeps."""
        self.worker._idle()
        idle = self.worker._idle_s
        assert idle is not None
        return idle


def test_it_looks_at_once_and_then_when_it_is_due() -> None:
    bench = Bench(Renewed(switched=False, look_again=NOW + 7200))
    assert bench.worker._idle_s == 0
    assert bench.look() == 7200
    assert bench.said == [h.IdentitySeen("")]
    bench.clock.advance(7200)
    assert bench.worker._idle_s == 0


def test_it_sleeps_no_longer_than_a_clock_may_be_wrong() -> None:
    bench = Bench(Renewed(switched=False, look_again=NOW + 20 * 86400))
    assert bench.look() == LONGEST_SLEEP_S


def test_what_is_overdue_does_not_spin() -> None:
    bench = Bench(Renewed(switched=False, look_again=NOW - 5))
    assert bench.look() == FIRST_PAUSE_S


def test_it_waits_while_somebody_is_served() -> None:
    bench = Bench(Renewed(switched=True, look_again=NOW + 7200))
    bench.quiet = False
    for _ in range(3):
        assert bench.look() == QUIET_PAUSE_S
    assert bench.renewals == 0
    bench.quiet = True
    bench.look()
    assert bench.said == [h.IdentitySeen("", switched=True)]


def test_failures_are_said_and_tried_again_ever_more_seldom() -> None:
    failed = [CheckFailed("centre.unreachable") for _ in range(8)]
    bench = Bench(*failed, OSError(28, "No space left"), Renewed(False, NOW + 7200))
    pauses = [bench.look() for _ in range(9)]
    assert pauses[:3] == [FIRST_PAUSE_S, 2 * FIRST_PAUSE_S, 4 * FIRST_PAUSE_S]
    assert max(pauses) == LONGEST_PAUSE_S
    assert bench.said[0] == h.IdentitySeen("centre.unreachable")
    assert bench.said[8] == h.IdentitySeen("identity.disk")
    bench.look()
    bench.answers.append(CheckFailed("centre.timeout"))
    assert bench.look() == FIRST_PAUSE_S


def test_it_takes_no_orders() -> None:
    with pytest.raises(TypeError, match="not an order"):
        Bench().worker._do(c.PowerCardOff())


@pytest.mark.parametrize(
    ("failure", "closes"),
    [("identity.expired", True), ("identity.unusable", True), ("identity.next_refused", False),
     ("centre.unreachable", False)],
)  # fmt: skip
def test_without_a_certificate_nobody_is_served(failure: str, closes: bool) -> None:
    done = service.identity_seen(Settlement(), h.IdentitySeen(failure))
    assert done.model.trouble == (failure if closes else "")
    written = [one.entry for one in done.commands if isinstance(one, c.Write)]
    assert [one.kind for one in written][:1] == ["terminal.identity"]
    assert written[0].word("result") == failure
    back = service.identity_seen(done.model, h.IdentitySeen("", switched=True))
    assert back.model.trouble == ""
    assert done.model.state is State.BOOT


class Terminal:
    """A terminal at a real centre, with a pair that is due to be renewed."""

    def __init__(self, work: CentreAtWork, file: Path) -> None:
        self.work = work
        self.file = file
        self.enrol(NOON - 25 * DAYS, NOON + 5 * DAYS)

    @property
    def config(self) -> CenterConfig:
        return dataclasses.replace(
            self.work.config(), certificate=str(self.file), key=str(self.file)
        )  # fmt: skip

    def enrol(self, begins: datetime.datetime, ends: datetime.datetime) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        what = EndEntity("t", "terminals", Role.TERMINAL, ("kiosk-0001",), "p-256")
        root = demo._terminal_authority(self.work.state)
        made = issue.issue_ours(what, key, root, issue.Validity(begins, ends))
        enrol(self.file, made.public_bytes(Encoding.PEM), private_to_pem(key))

    def serial(self) -> int:
        return parse_pem_bundle(self.file.read_bytes())[0].serial_number


@pytest.fixture
def terminal(work: CentreAtWork) -> Iterator[Terminal]:
    directory = Path(tempfile.mkdtemp(prefix="k"))
    yield Terminal(work, directory / "identity.pem")
    shutil.rmtree(directory)


@pytest.mark.daemon
class TestAtARealCentre:
    def test_a_visit_under_way_goes_on_and_the_next_one_has_the_new_key(
        self, terminal: Terminal
    ) -> None:
        door = CentreDoor(terminal.config)
        before = terminal.serial()
        line, trust = door()
        assert door() == (line, trust)
        visit = CentreVisit(line, trust, terminal.work.ours)
        visit.open()
        said: list[object] = []
        worker = IdentityWorker(
            Identity(terminal.config, terminal.work.ours).renew,
            lambda: True, terminal.work.ours, said.append,
        )  # fmt: skip
        worker._idle()
        assert said == [h.IdentitySeen("", switched=True)]
        assert terminal.serial() != before
        card = terminal.work.card()
        visit.signed(card.sign(visit.to_sign("residence", card.der)))
        assert visit.offers().offers
        line, renewed = door()
        assert renewed.terminal_key != trust.terminal_key
        CentreVisit(line, renewed, terminal.work.ours).open()

    def test_a_pair_that_vanished_is_said_by_name(self, terminal: Terminal) -> None:
        door = CentreDoor(terminal.config)
        terminal.file.unlink()
        assert failure_of(door) == "identity.unusable"

    @pytest.mark.parametrize("content", [b"", b"torn", b"-----BEGIN CERTIFICATE-----\n"])
    def test_a_pair_that_is_none_is_said_by_name(self, terminal: Terminal, content: bytes) -> None:
        door = CentreDoor(terminal.config)
        terminal.file.write_bytes(content)
        assert failure_of(door) == "identity.unusable"
        terminal.enrol(NOON - DAYS, NOON + 29 * DAYS)
        line, trust = door()
        CentreVisit(line, trust, terminal.work.ours).open()


def failure_of(call: Callable[[], object]) -> str:
    with pytest.raises(CheckFailed) as failed:
        call()
    return failed.value.failure
