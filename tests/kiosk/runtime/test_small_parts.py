"""Timers, the word to systemd, the slip."""

import datetime
import socket
import tempfile

import pytest

from drivers.clock import VirtualClock
from kiosk.money import Bill, Ledger, Yen
from kiosk.runtime.notify import Notifier
from kiosk.runtime.timers import Timers
from kiosk.settle.happened import Timer
from kiosk.settle.model import Settled
from kiosk.settle.slips import receipt_slip
from ui.model import LANGUAGES


def test_timers_come_due_in_order_and_once() -> None:
    timers = Timers()
    timers.start(Timer.PAY, 30.0)
    timers.start(Timer.FALL, 10.0)
    timers.start(Timer.JOB, 20.0)
    timers.start(Timer.JOB, 40.0)
    timers.stop(Timer.LEAVE)
    assert timers.next_s() == 10.0
    assert timers.take_due(35.0) == (Timer.FALL, Timer.PAY)
    assert timers.take_due(35.0) == ()
    timers.stop(Timer.JOB)
    assert timers.next_s() is None


@pytest.mark.parametrize("prefix", ["", "@"])
def test_systemd_hears_ready_and_a_beat_every_half_of_its_patience(prefix: str) -> None:
    with (
        tempfile.TemporaryDirectory(prefix="k") as place,
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager,
    ):
        address = f"{place}/n"
        manager.bind(f"\0{address}" if prefix else address)
        manager.settimeout(5)
        clock = VirtualClock()
        given = {"NOTIFY_SOCKET": prefix + address, "WATCHDOG_USEC": "20000000"}
        notifier = Notifier(clock, given)
        notifier.ready()
        notifier.status("idle")
        for _ in range(3):
            notifier.alive()
            clock.advance(6.0)
        notifier.stopping()
        heard = [manager.recv(100).decode() for _ in range(5)]
    assert heard == ["READY=1", "STATUS=idle", "WATCHDOG=1", "WATCHDOG=1", "STOPPING=1"]


def test_without_a_service_manager_nothing_is_said() -> None:
    Notifier(VirtualClock(), {}).ready()
    silent = Notifier(VirtualClock(), {"NOTIFY_SOCKET": "/nowhere/at/all"})
    silent.ready()
    silent.alive()


AT = datetime.datetime(2026, 11, 20, 1, 5, tzinfo=datetime.UTC)
SETTLED = Settled(
    Ledger(Yen(1000), Yen(300), Yen(400), Yen(300)), Bill(Yen(300), 2), 1, "00112233-1"
)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_slip_states_every_amount_in_every_language(language: str) -> None:
    slip = receipt_slip(SETTLED, "見本市役所", ("住民票の写し",), language, AT)
    assert slip.language == language
    rights = [line.right for line in slip.lines if line.right]
    amounts = ["¥300", "¥300", "¥1,000", "¥400", "¥300"]
    assert rights == ["2026-11-20 10:05", "1", *amounts, "00112233-1"]
    assert all(line.left or line.rule for line in slip.lines)


def test_languages_do_not_share_their_words() -> None:
    titles = {receipt_slip(SETTLED, "", (), tag, AT).title for tag in LANGUAGES}
    assert len(titles) >= 6  # 收据 and 收據 differ; Recibo serves Spanish and Portuguese.


def test_a_slip_without_owed_money_has_no_case() -> None:
    settled = Settled(Ledger(Yen(300), Yen(300)), Bill(Yen(300), 1), 1)
    slip = receipt_slip(settled, "見本市役所", ("住民票の写し",), "ja", AT)
    assert "受付番号" not in [line.left for line in slip.lines]


def test_an_unknown_language_is_printed_in_japanese() -> None:
    assert receipt_slip(SETTLED, "", (), "xx", AT).title == "領収書"
