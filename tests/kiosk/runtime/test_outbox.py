"""Reports to the centre: kept until it has them, whatever dies in between."""

from pathlib import Path

import pytest

from crypto.errors import CheckFailed
from drivers.clock import VirtualClock
from kiosk.journal.reports import Due
from kiosk.runtime.outbox import LONGEST_PAUSE_S, Outbox, OutboxWorker
from kiosk.settle import commands as c
from kiosk.settle import happened as h


class Centre:
    """Takes reports, or fails as told."""

    def __init__(self) -> None:
        self.got: list[bytes] = []
        self.failure = ""
        self.asked = 0

    def __call__(self, body: bytes) -> None:
        self.asked += 1
        if self.failure:
            raise CheckFailed(self.failure)
        self.got.append(body)


@pytest.fixture
def centre() -> Centre:
    return Centre()


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


def worker_of(
    place: Path, centre: Centre, clock: VirtualClock
) -> tuple[OutboxWorker, list[object]]:
    said: list[object] = []
    worker = OutboxWorker(Outbox(place), centre, lambda _order: b"composed", clock, said.append)
    return worker, said


def test_a_report_is_sent_at_once_and_forgotten(
    tmp_path: Path, centre: Centre, clock: VirtualClock
) -> None:
    worker, said = worker_of(tmp_path, centre, clock)
    worker._do(c.QueueReport("aa", b"one"))
    assert centre.got == [b"one"]
    assert said == [h.ReportSent("aa")]
    assert worker._idle_s is None
    worker._do(c.DropReport("aa"))
    assert list(tmp_path.iterdir()) == []


def test_what_was_sent_is_said_again_until_it_is_written_down(
    tmp_path: Path, centre: Centre, clock: VirtualClock
) -> None:
    worker, _ = worker_of(tmp_path, centre, clock)
    worker._do(c.QueueReport("aa", b"one"))
    again, said = worker_of(tmp_path, centre, clock)
    again.start()
    again.stop()
    assert said == [h.ReportSent("aa")]
    assert centre.got == [b"one"], "but sent once"
    again._do(c.DropReport("aa"))
    third, said = worker_of(tmp_path, centre, clock)
    third.start()
    third.stop()
    assert said == []


def test_a_start_knows_what_is_kept(tmp_path: Path, centre: Centre, clock: VirtualClock) -> None:
    worker, _ = worker_of(tmp_path, centre, clock)
    worker._do(c.QueueReport("aa", b"sent"))
    centre.failure = "outcome.differs"
    worker._do(c.QueueReport("bb", b"refused"))
    centre.failure = "centre.unreachable"
    worker._do(c.QueueReport("cc", b"waiting"))
    (tmp_path / "00000009-dd.draft").write_bytes(b"hal")
    assert Outbox(tmp_path).digests() == {"aa", "bb", "cc"}


def test_an_unreachable_centre_is_asked_again_ever_more_seldom(
    tmp_path: Path, centre: Centre, clock: VirtualClock
) -> None:
    worker, said = worker_of(tmp_path, centre, clock)
    centre.failure = "centre.unreachable"
    worker._do(c.QueueReport("aa", b"one"))
    pauses = []
    for _ in range(12):
        pause_s = worker._idle_s
        assert pause_s is not None
        pauses.append(pause_s)
        clock.advance(pause_s)
        worker._idle()
    assert pauses[:3] == [2.0, 4.0, 8.0]
    assert pauses[-1] == LONGEST_PAUSE_S
    assert centre.asked == 13
    centre.failure = ""
    clock.advance(LONGEST_PAUSE_S)
    worker._idle()
    assert said == [h.ReportSent("aa")]


def test_reports_go_out_in_order_after_a_restart(
    tmp_path: Path, centre: Centre, clock: VirtualClock
) -> None:
    worker, _ = worker_of(tmp_path, centre, clock)
    centre.failure = "centre.timeout"
    for digest, body in (("cc", b"one"), ("aa", b"two"), ("bb", b"three")):
        worker._do(c.QueueReport(digest, body))
    centre.failure = ""
    again, said = worker_of(tmp_path, centre, clock)
    again._idle()
    assert centre.got == [b"one", b"two", b"three"]
    assert said == [h.ReportSent("cc"), h.ReportSent("aa"), h.ReportSent("bb")]


def test_the_same_report_is_kept_once(tmp_path: Path, centre: Centre, clock: VirtualClock) -> None:
    worker, _ = worker_of(tmp_path, centre, clock)
    centre.failure = "centre.unreachable"
    worker._do(c.QueueReport("aa", b"one"))
    worker._do(c.QueueReport("aa", b"one"))
    assert len(list(tmp_path.iterdir())) == 1


def test_a_report_the_centre_will_never_take_is_set_aside(
    tmp_path: Path, centre: Centre, clock: VirtualClock
) -> None:
    worker, said = worker_of(tmp_path, centre, clock)
    centre.failure = "outcome.differs"
    worker._do(c.QueueReport("aa", b"one"))
    assert said == [h.ReportRefused("aa", "outcome.differs")]
    assert [path.suffix for path in tmp_path.iterdir()] == [".refused"]
    assert worker._idle_s is None


def test_a_draft_that_was_never_finished_is_not_sent(
    tmp_path: Path, centre: Centre, clock: VirtualClock
) -> None:
    (tmp_path / "00000009-aa.draft").write_bytes(b"hal")
    worker, _ = worker_of(tmp_path, centre, clock)
    assert worker._idle_s is None
    worker._do(c.QueueReport("bb", b"next"))
    assert centre.got == [b"next"]


def test_the_report_of_a_dead_visit_is_composed(
    tmp_path: Path, centre: Centre, clock: VirtualClock
) -> None:
    worker, said = worker_of(tmp_path, centre, clock)
    worker._do(c.ComposeOutcome(Due(visit="00", application="ab", failure="visit.died")))
    assert said == [h.OutcomeComposed("00", b"composed")]


def test_an_order_for_somebody_else_is_a_defect(
    tmp_path: Path, centre: Centre, clock: VirtualClock
) -> None:
    worker, _ = worker_of(tmp_path, centre, clock)
    with pytest.raises(TypeError, match="not an order for the outbox"):
        worker._do(c.LeaveJob())


def test_the_composed_outcome_is_a_true_message_of_the_centre() -> None:
    from center.wire.canonical import decode
    from center.wire.messages import Outcome
    from kiosk.runtime.board import outcome_body

    due = Due(
        visit="00112233aabbccdd", application="ab" * 32, outcome="failed", failure="visit.died",
        copies=1, sheets=2, kept=300, returned=200,
    )  # fmt: skip
    outcome = decode(Outcome, outcome_body(due, 1_800_000_000))
    assert outcome.visit == bytes.fromhex("00112233aabbccdd")
    assert (outcome.outcome, outcome.copies_delivered, outcome.sheets) == ("failed", 1, 2)
    assert (outcome.kept_yen, outcome.returned_yen, outcome.owed_yen) == (300, 200, 0)
    assert outcome.failure == "visit.died"
