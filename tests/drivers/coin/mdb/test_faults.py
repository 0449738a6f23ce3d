"""What goes wrong on an MDB line, and that nothing is lost by it or is said to be."""

import pytest

from drivers.coin.contract import (
    CoinAccepted,
    CoinEvent,
    CoinMaybe,
    CoinRefused,
    EventsLost,
    Evidence,
    VendorReset,
    VendorTrouble,
)
from drivers.coin.mdb.ear import Heard
from drivers.coin.mdb.tables import Changer
from drivers.coin.mdb.virtual import AdapterBuild, MdbBuild, MdbChangerBuild
from drivers.coin.mdb.virtual.adapter import Harm
from drivers.coin.virtual import Place
from drivers.errors import DeviceError, SilenceError
from tests.drivers.coin.mdb.rig import VALUES, Rig, kinds

FULL = MdbBuild(MdbChangerBuild(pieces={10: 50, 50: 50, 100: 80, 500: 30}, capacity=80))
ALWAYS = 10_000


@pytest.fixture
def rig() -> Rig:
    return Rig().ready()


def credits_of(events: tuple[CoinEvent, ...]) -> list[int]:
    return [e.yen for e in events if isinstance(e, CoinAccepted)]


def troubles_of(events: tuple[CoinEvent, ...]) -> list[str]:
    return [e.reason for e in events if isinstance(e, VendorTrouble)]


class TestTheHostIsKilled:
    def test_between_the_acknowledgement_and_the_journal(self, rig: Rig) -> None:
        rig.hand.drop_coin(100)
        rig.hand.drop_coin(500)
        rig.clock.advance(1.0)
        assert credits_of(rig.vendor.poll()) == [100, 500]  # heard, and never written down
        assert sorted(credits_of(rig.die_and_resume())) == [100, 500]
        rig.check()

    def test_and_the_coin_went_to_the_cash_box_where_nothing_counts_it(self) -> None:
        rig = Rig(FULL).ready()
        rig.hand.drop_coin(100)
        rig.clock.advance(1.0)
        assert credits_of(rig.vendor.poll()) == [100]
        events = rig.die_and_resume()
        assert not credits_of(events)
        assert [e.at_least for e in events if isinstance(e, EventsLost)] == [0]
        rig.check()

    def test_and_coins_fell_while_it_was_dead(self, rig: Rig) -> None:
        for _ in range(3):
            rig.hand.drop_coin(10)
            rig.clock.advance(1.0)
        assert credits_of(rig.die_and_resume()) == [10, 10, 10]
        assert not credits_of(rig.die_and_resume()), "and nothing twice"
        rig.check()

    def test_and_some_were_told_to_the_dead_and_some_to_nobody(self, rig: Rig) -> None:
        """The count that comes with a later coin must not hide the earlier ones."""
        for _ in range(2):
            rig.hand.drop_coin(10)
        rig.clock.advance(1.0)
        assert credits_of(rig.vendor.poll()) == [10, 10]  # heard, and never written down
        rig.hand.drop_coin(10)
        rig.clock.advance(1.0)
        assert credits_of(rig.die_and_resume()) == [10, 10, 10]
        rig.check()

    def test_more_coins_than_it_remembers_come_back_to_their_owner(self, rig: Rig) -> None:
        for _ in range(20):
            rig.hand.drop_coin(10)
            rig.clock.advance(1.0)
        events = rig.die_and_resume()
        assert len(credits_of(events)) == rig.build.changer.remembers
        rig.check()

    def test_with_no_money_asked_for_a_refill_is_no_credit(self, rig: Rig) -> None:
        rig.vendor.accept(frozenset())
        rig.poll()
        rig.hand.fill_hopper(100, 3)
        events = rig.die_and_resume(interrupted=False)
        assert kinds(events) == ["CountsMoved"]

    @pytest.mark.parametrize("waits_s", [0.0, 0.5, 5.0])
    def test_while_change_is_paid(self, rig: Rig, waits_s: float) -> None:
        rig.vendor.accept(frozenset())
        ticket = rig.vendor.prepare(50, 6)
        rig.machine.receive(b"0D616E\n")  # the order went out, and then the process died
        rig.clock.advance(waits_s)
        assert not credits_of(rig.die_and_resume())
        result = rig.said(rig.vendor.resolve(ticket))
        assert (result.paid, result.evidence) == (6, Evidence.DEVICE_COUNTED)
        assert rig.said(rig.vendor.resolve(ticket)) == result
        rig.check()

    def test_before_the_order_went_out(self, rig: Rig) -> None:
        ticket = rig.vendor.prepare(50, 6)
        rig.die_and_resume(interrupted=False)
        result = rig.said(rig.vendor.resolve(ticket))
        assert (result.paid, result.evidence) == (0, Evidence.NOT_STARTED)
        rig.check()

    def test_a_ticket_is_never_paid_twice(self, rig: Rig) -> None:
        ticket = rig.vendor.prepare(50, 6)
        first = rig.said(rig.vendor.dispense(ticket))
        assert rig.vendor.dispense(ticket) == first
        assert rig.machine.truth().paid_yen == 300
        rig.check()

    def test_a_payout_between_two_lives_is_no_loss_and_no_credit(self, rig: Rig) -> None:
        rig.vendor.accept(frozenset())
        assert rig.pay(10, 5).paid == 5
        rig.poll()
        assert kinds(rig.die_and_resume()) == []
        rig.check()


class TestAnswersAreLost:
    @pytest.mark.parametrize(
        "harm", [Harm.COMMAND_LOST, Harm.ANSWER_LOST, Harm.ANSWER_DAMAGED, Harm.ACK_LOST,
                 Harm.LINE_LOST, Harm.LINE_LATE, Harm.LINE_DAMAGED]
    )  # fmt: skip
    @pytest.mark.parametrize("times", [1, 2])
    def test_a_coin_is_credited_once_whatever_is_lost(self, harm: Harm, times: int) -> None:
        for retransmits in (0, 1):
            rig = Rig(MdbBuild(adapter=AdapterBuild(retransmits))).ready()
            rig.harm(harm, times, Changer.POLL, only_data=harm is not Harm.COMMAND_LOST)
            rig.hand.drop_coin(100)
            rig.poll(12)
            assert rig.credited_yen == 100, (harm, retransmits)
            rig.hand.drop_coin(100)
            rig.poll(6)
            assert rig.credited_yen == 200
            assert rig.machine.adapter.struck >= 1
            rig.check()

    def test_a_telling_that_comes_too_late_is_not_taken_for_the_tubes(self) -> None:
        """Three coins are six bytes, and six bytes could be tube counts."""
        rig = Rig(MdbBuild(MdbChangerBuild(level=2))).ready()
        for _ in range(3):
            rig.hand.drop_coin(500)
        rig.clock.advance(1.0)
        rig.harm(Harm.LINE_LATE, 1, Changer.POLL, only_data=True)
        rig.take(rig.vendor.poll())
        assert rig.machine.adapter.struck == 1
        status = rig.vendor.status()
        assert (status.low, status.full, status.blocked) == (frozenset(),) * 3
        rig.poll(4)
        assert rig.credited_yen == 1500
        rig.check()

    def test_a_later_coin_does_not_hide_one_whose_telling_was_lost(self, rig: Rig) -> None:
        rig.hand.drop_coin(10)
        rig.hand.drop_coin(10)
        rig.clock.advance(0.4)
        rig.harm(Harm.LINE_LOST, 1, Changer.POLL, only_data=True)
        rig.harm(Harm.LINE_LOST, 1, Changer.TUBE_STATUS)
        rig.take(rig.vendor.poll())
        rig.hand.drop_coin(10)
        rig.poll(6)
        assert rig.credited_yen == 30
        rig.check()

    def test_to_the_cash_box_and_the_line_lost_is_said_to_be_unknown(self) -> None:
        rig = Rig(FULL).ready()
        rig.harm(Harm.LINE_LOST, command=Changer.POLL, only_data=True)
        rig.hand.drop_coin(100)
        events = rig.poll(8)
        assert [e.at_least for e in events if isinstance(e, EventsLost)] == [0]
        assert not rig.vendor.status().accepting, "no more money while some may be missing"
        rig.check()

    @pytest.mark.parametrize("slow_s", [0.0, 0.2, 0.3, 60.0])
    def test_to_the_cash_box_and_told_twice_is_a_doubt_however_late(self, slow_s: float) -> None:
        """It is asked again at once, whenever the host comes to ask again by itself."""
        rig = Rig(FULL).ready()
        rig.harm(Harm.ACK_LOST, command=Changer.POLL)
        rig.hand.drop_coin(100)
        rig.clock.advance(0.5)
        events = rig.vendor.poll()
        rig.clock.advance(slow_s)
        events += rig.vendor.poll()
        assert [type(e) for e in rig.take(events)] == [CoinAccepted, CoinMaybe]
        rig.check()

    def test_to_the_cash_box_and_told_twice_over_a_silence_is_a_doubt(self) -> None:
        rig = Rig(FULL).ready()
        ear, asked = rig.vendor._coins._ear, list[int]()
        honest = ear.listen

        def silent_once(tries: int) -> tuple[Heard, ...]:
            asked.append(tries)
            if len(asked) == 2:
                raise SilenceError("coin.lost", "no answer on the bus")
            return honest(tries)

        ear.listen = silent_once  # type: ignore[method-assign]
        rig.harm(Harm.ACK_LOST, command=Changer.POLL)
        rig.hand.drop_coin(100)
        rig.clock.advance(0.5)
        assert [type(e) for e in rig.take(rig.vendor.poll())] == [CoinAccepted]
        rig.clock.advance(60.0)
        assert [type(e) for e in rig.take(rig.vendor.poll())] == [CoinMaybe]
        rig.check()

    @pytest.mark.parametrize("apart_s", [0.3, 5.0])
    @pytest.mark.parametrize("poll_s", [0.1, 0.25, 1.0])
    def test_two_of_a_kind_to_the_cash_box_are_two_without_a_doubt(
        self, apart_s: float, poll_s: float
    ) -> None:
        rig = Rig(FULL).ready()
        for wait_s in (apart_s, 5.0):
            rig.hand.drop_coin(100)
            until_s = rig.clock.monotonic_s() + wait_s
            while rig.clock.monotonic_s() < until_s:
                rig.clock.advance(poll_s)
                rig.take(rig.vendor.poll())
        assert credits_of(tuple(rig.events)) == [100, 100]
        assert CoinMaybe not in map(type, rig.events)
        rig.check()

    def test_a_doubt_where_nothing_can_have_come_is_none(self, rig: Rig) -> None:
        rig.vendor.accept(frozenset())
        rig.poll(30)
        rig.harm(Harm.LINE_LOST)
        assert "EventsLost" not in kinds(rig.poll(8))
        rig.check()

    def test_always_is_a_lost_machine_and_a_reset_is_tried(self, rig: Rig) -> None:
        rig.harm(Harm.ANSWER_LOST, ALWAYS)
        events = rig.poll(40)
        assert troubles_of(events) == ["coin.lost"], "said once"
        resets = [c for c in rig.commands if c.startswith(b"08")]
        assert len(resets) == 1, "after the non-response time, and not at every poll"
        rig.machine.adapter.plan.clear()
        rig.hand.drop_coin(100)
        assert VendorReset in map(type, rig.poll(8))
        rig.hand.drop_coin(100)
        assert credits_of(rig.poll(8)) == [100]
        rig.check()

    def test_a_silence_within_the_non_response_time_is_none(self, rig: Rig) -> None:
        rig.machine.changer.go_deaf(1.5)
        assert rig.poll(12) == ()
        rig.check()

    def test_answers_that_are_always_damaged_are_a_wire_fault(self, rig: Rig) -> None:
        rig.harm(Harm.ANSWER_DAMAGED, ALWAYS)
        assert troubles_of(rig.poll(10)) == ["coin.wire"]
        rig.check()

    def test_setting_up_through_a_bad_line_loses_nothing(self, rig: Rig) -> None:
        rig.hand.drop_coin(100)
        rig.clock.advance(1.0)
        cursor = rig.cursor()
        rig.restart()
        rig.harm(Harm.LINE_LOST, 1, Changer.TUBE_STATUS)
        rig.harm(Harm.LINE_LOST, 3, Changer.COIN_TYPE)
        with pytest.raises(DeviceError):
            rig.vendor.resume(cursor, interrupted=True)
        rig.machine.adapter.plan.clear()
        assert credits_of(rig.take(rig.vendor.resume(cursor, interrupted=True))) == [100]
        rig.check()


class TestTheAdapter:
    def test_pulled_and_plugged_in_again(self, rig: Rig) -> None:
        rig.memory.unplugged = True
        assert troubles_of(rig.poll(20)) == ["coin.lost"]
        rig.hand.drop_coin(50)
        rig.clock.advance(1.0)
        rig.memory.unplugged = False
        assert credits_of(rig.poll(4)) == [50]
        rig.check()

    def test_its_bus_cut_and_mended(self, rig: Rig) -> None:
        rig.hand.cut_cable()
        assert troubles_of(rig.poll(30)) == ["coin.lost"]
        rig.hand.drop_coin(50)
        rig.hand.restore_cable()
        assert credits_of(rig.poll(8)) == [50]
        rig.check()

    def test_a_resume_without_it_raises_and_goes_on_later(self, rig: Rig) -> None:
        cursor = rig.cursor()
        rig.restart()
        rig.memory.unplugged = True
        with pytest.raises(DeviceError):
            rig.vendor.resume(cursor)
        rig.memory.unplugged = False
        assert rig.vendor.resume(cursor) == ()


class TestPayouts:
    @pytest.mark.parametrize(
        "harm", [Harm.COMMAND_LOST, Harm.ANSWER_LOST, Harm.LINE_LOST, Harm.LINE_DAMAGED]
    )
    def test_an_order_whose_answer_is_lost_is_paid_once(self, rig: Rig, harm: Harm) -> None:
        rig.harm(harm, 1, Changer.DISPENSE)
        result = rig.pay(100, 9)
        assert rig.machine.adapter.struck == 1
        assert (result.paid, result.evidence) == (9, Evidence.DEVICE_COUNTED)
        rig.check()

    def test_orders_that_never_arrive_move_nothing(self, rig: Rig) -> None:
        rig.harm(Harm.COMMAND_LOST, ALWAYS, Changer.DISPENSE)
        result = rig.pay(100, 2)
        assert (result.paid, result.evidence) == (0, Evidence.NOT_STARTED)
        assert len([c for c in rig.commands if c.startswith(b"0D")]) == 3
        rig.check()

    @pytest.mark.parametrize("tubes", ["poll", "tubes"])
    def test_what_is_lost_on_the_way_to_the_tubes_does_not_matter(
        self, rig: Rig, tubes: str
    ) -> None:
        ticket = rig.vendor.prepare(100, 5)
        rig.harm(Harm.LINE_LOST, 2, Changer.POLL if tubes == "poll" else Changer.TUBE_STATUS)
        result = rig.said(rig.vendor.dispense(ticket))
        assert (result.paid, result.evidence) == (5, Evidence.DEVICE_COUNTED)
        rig.check()

    def test_a_jam_pays_what_it_paid(self, rig: Rig) -> None:
        rig.hand.jam_hopper(100)
        result = rig.pay(100, 3)
        expected = (0, Evidence.DEVICE_COUNTED, "coin.hopper_jam")
        assert (result.paid, result.evidence, result.reason) == expected
        assert "coin.hopper_fault" in rig.vendor.status().troubles, "by its own diagnosis"
        rig.hand.unjam_hopper(100)
        assert rig.pay(100, 3).paid == 3
        assert rig.vendor.status().troubles == ()
        rig.check()

    def test_a_tube_that_runs_empty(self) -> None:
        rig = Rig(MdbBuild(MdbChangerBuild(pieces={10: 50, 50: 50, 100: 2, 500: 30}))).ready()
        result = rig.pay(100, 3)
        expected = (2, Evidence.DEVICE_COUNTED, "coin.hopper_empty")
        assert (result.paid, result.evidence, result.reason) == expected
        assert rig.pay(100, 1).evidence is Evidence.NOT_STARTED
        assert rig.vendor.status().low == {100}
        rig.check()

    def test_busy_for_ever_is_unknown_and_ends(self, rig: Rig) -> None:
        ticket = rig.vendor.prepare(100, 3)
        rig.machine.changer.busy_for_ever = True
        result = rig.said(rig.vendor.dispense(ticket))
        assert (result.evidence, result.reason) == (Evidence.UNKNOWN, "coin.hopper_fault")
        with pytest.raises(DeviceError):
            rig.vendor.prepare(100, 3)
        rig.check()

    def test_power_lost_in_the_middle(self, rig: Rig) -> None:
        ticket = rig.vendor.prepare(10, 12)
        rig.machine.receive(b"0DC0CD\n")
        rig.clock.advance(1.1)
        rig.hand.power_cycle()
        result = rig.said(rig.vendor.resolve(ticket))
        assert 0 < result.paid < 12
        assert (result.evidence, result.reason) == (Evidence.DEVICE_COUNTED, "coin.hopper_fault")
        assert VendorReset in map(type, rig.poll(4))
        rig.check()

    def test_silent_in_the_middle_is_unknown_and_resolved_later(self, rig: Rig) -> None:
        ticket = rig.vendor.prepare(10, 12)
        rig.machine.receive(b"0DC0CD\n")
        rig.hand.cut_cable()
        assert rig.said(rig.vendor.resolve(ticket)).evidence is Evidence.UNKNOWN
        rig.check()
        rig.hand.restore_cable()
        assert rig.said(rig.vendor.resolve(ticket)).paid == 12
        rig.check()

    def test_a_coin_that_comes_in_meanwhile_does_not_hide_one_that_goes_out(self, rig: Rig) -> None:
        ticket = rig.vendor.prepare(100, 4)
        rig.hand.drop_coin(100)
        result = rig.said(rig.vendor.dispense(ticket))
        assert (result.paid, result.evidence) == (4, Evidence.DEVICE_COUNTED)
        assert credits_of(rig.poll(3)) == [100]
        rig.check()

    def test_counts_that_moved_by_more_than_an_order_are_not_believed(self, rig: Rig) -> None:
        ticket = rig.vendor.prepare(100, 2)
        rig.hand.empty_hopper(100, keep=5)
        result = rig.vendor.resolve(ticket)
        assert result.evidence is Evidence.UNKNOWN


class TestStatuses:
    @pytest.mark.parametrize(
        ("code", "kind", "reason"),
        [
            (0x03, CoinMaybe, ""),
            (0x04, VendorTrouble, "coin.hopper_fault"),
            (0x05, CoinRefused, ""),
            (0x06, VendorTrouble, "coin.acceptor_fault"),
            (0x07, VendorTrouble, "coin.hopper_jam"),
            (0x08, VendorTrouble, "coin.acceptor_fault"),
            (0x09, VendorTrouble, "coin.missorted"),
            (0x0C, VendorTrouble, "coin.acceptor_fault"),
            (0x0D, VendorTrouble, "coin.fraud"),
        ],
    )
    def test_each_is_told_as_what_it_means(
        self, rig: Rig, code: int, kind: type[CoinEvent], reason: str
    ) -> None:
        rig.hand.report_event(code)
        events = rig.poll(2)
        assert isinstance(events[0], kind)
        assert getattr(events[0], "reason", "") == reason
        rig.check()

    @pytest.mark.parametrize("code", [0x00, 0x02, 0x0A, 0x0E, 0x1F])
    def test_these_mean_nothing_for_money(self, rig: Rig, code: int) -> None:
        rig.hand.report_event(code)
        assert rig.poll(2) == ()

    def test_a_tube_that_is_full_and_empty_at_once_is_not_used(self) -> None:
        build = MdbChangerBuild(pieces={10: 50, 50: 50, 100: 0, 500: 30}, capacity=80)
        rig = Rig(MdbBuild(build))
        rig.machine.changer.tubes[100]._capacity = 0
        rig.ready()
        assert rig.vendor.status().blocked == {100}

    def test_a_rejected_coin_is_no_money(self, rig: Rig) -> None:
        rig.machine.changer.tell(0x72, 50)
        assert [type(e) for e in rig.poll()] == [CoinRefused]

    def test_keys_on_the_changer_are_told_and_written_down(self, rig: Rig) -> None:
        rig.machine.changer.let_out(50)
        rig.machine.changer.tell(0x91, 49)
        assert kinds(rig.poll()) == ["VendorTrouble", "CountsMoved"]
        assert kinds(rig.die_and_resume()) == []

    def test_an_answer_that_ends_inside_an_event_is_a_doubt(self, rig: Rig) -> None:
        rig.machine.changer.tell(0x52)
        assert troubles_of(rig.poll(2)) == ["coin.wire"]
        rig.hand.drop_coin(100)
        assert credits_of(rig.poll(4)) == [100]
        rig.check()


def test_power_lost_with_a_coin_untold_the_tube_has_it(rig: Rig) -> None:
    rig.hand.drop_coin(100)
    rig.clock.advance(0.4)
    rig.hand.power_cycle()
    events = rig.poll(6)
    assert VendorReset in map(type, events)
    assert credits_of(events) == [100]
    assert rig.vendor.status().accepting == VALUES, "it lets in again what it let in"
    rig.check()


def test_power_lost_with_a_coin_on_its_way_to_the_cash_box_is_said_to_be_unknown() -> None:
    rig = Rig(FULL).ready()
    rig.hand.drop_coin(100)
    rig.hand.switch_off()
    rig.clock.advance(1.0)
    rig.hand.switch_on()
    events = rig.poll(30)
    assert "EventsLost" in kinds(events)
    assert rig.machine.truth().count(Place.CASHBOX, 100) == 1
    rig.check()


def test_what_came_while_the_adapter_was_mute_is_credited_however_late_it_speaks() -> None:
    """The slot was open when the line was lost; that it was shut since takes no coin away."""
    rig = Rig().ready(VALUES)
    rig.harm(Harm.LINE_LOST, times=50)
    for yen in (100, 50):
        rig.hand.drop_coin(yen)
        rig.poll()
    with pytest.raises(DeviceError):
        rig.vendor.accept(frozenset())
    rig.clock.advance(60.0)
    rig.poll(30)
    rig.machine.adapter.plan.clear()
    rig.poll(5)
    assert rig.credited_yen == rig.machine.truth().taken_yen == 150
    rig.check()


def test_what_staff_fills_in_while_the_line_is_well_is_no_credit() -> None:
    rig = Rig().ready(VALUES)
    rig.vendor.accept(frozenset())
    rig.poll(30)
    rig.hand.fill_hopper(100, 5)
    rig.vendor.status()
    rig.harm(Harm.LINE_LOST, times=3)
    rig.poll(30)
    assert rig.credited_yen == 0
    assert not [event for event in rig.events if isinstance(event, EventsLost)]
