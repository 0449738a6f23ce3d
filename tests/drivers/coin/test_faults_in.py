"""Money in: the faults of the check list, each with its number.

D-column faults of coin acceptance: every one ends with the driver's word equal to where the
coins really are.
"""

import pytest

from drivers.coin.bus import CoinBus, Refused
from drivers.coin.contract import (
    CoinAccepted,
    CoinMaybe,
    CoinRefused,
    CountsMoved,
    CreditCursor,
    EventsLost,
    ReturnLever,
    VendorReset,
    VendorTrouble,
)
from drivers.coin.framing import Check
from drivers.coin.tables import COIN_CODES, Header, Money
from drivers.coin.virtual import (
    AcceptorBuild,
    FirstEvent,
    MachineBuild,
    Nameplate,
    Place,
    Speeds,
)
from drivers.coin.virtual.slave import Answer
from drivers.errors import DeviceError, MisuseError, PeerError, SilenceError
from drivers.link.faulty import Direction, Fault, Harm
from tests.drivers.coin.rig import VALUES, Rig, for_header, header_of

CREDITS = for_header(Header.CREDITS)


def rig(acceptor: AcceptorBuild | None = None, *, echo: bool = True) -> Rig:
    """A machine in which coins fall at once."""
    build = MachineBuild(acceptor=acceptor or AcceptorBuild(), echo=echo)
    return Rig(build, Speeds(fall_time_s=0.0))


def accepted(events: tuple[object, ...]) -> list[int]:
    return [event.yen for event in events if isinstance(event, CoinAccepted)]


@pytest.mark.parametrize("yen", sorted(VALUES))
def test_a_coin_is_credited_once(yen: int) -> None:
    r = rig().ready()
    r.hand.drop_coin(yen)
    assert accepted(r.poll()) == [yen]
    assert r.poll(3) == ()
    r.check()


def test_a_coin_not_let_in_comes_back() -> None:
    r = rig().ready({100})
    r.hand.drop_coin(500)
    assert [type(e) for e in r.poll()] == [CoinRefused]
    assert r.machine.truth().count(Place.TRAY, 500) == 1
    r.check()


def test_a_coin_of_no_known_kind_comes_back() -> None:
    r = rig().ready()
    r.hand.drop_coin(5)
    (event,) = r.poll()
    assert isinstance(event, CoinRefused)
    assert event.code == 1
    r.check()


def test_accept_before_resume_is_our_own_mistake() -> None:
    r = rig()
    r.vendor.capabilities()
    with pytest.raises(MisuseError, match="before resume"):
        r.vendor.accept(VALUES)


def test_resume_inhibits_whatever_was_enabled_before() -> None:
    r = rig().ready()
    r.take(r.restart().resume(None))
    r.hand.drop_coin(100)
    assert accepted(r.poll()) == []
    assert r.machine.truth().count(Place.TRAY, 100) == 1


@pytest.mark.parametrize("harm", [Harm.DROP, Harm.FLIP, Harm.INSERT, Harm.DUPLICATE, Harm.CUT])
def test_fault_01_bad_checksum_short_long_and_garbage(harm: Harm) -> None:
    r = rig().ready()
    r.hand.drop_coin(100)
    r.faults(Fault(direction=Direction.REPLY, harm=harm, offset=7, when=CREDITS, times=2))
    assert accepted(r.poll()) == [100]
    assert r.plan.struck == 2
    r.check()


@pytest.mark.parametrize("gap_s", [0.049, 0.051])
def test_fault_01_gap_inside_an_answer(gap_s: float) -> None:
    r = rig().ready()
    r.hand.drop_coin(100)
    r.faults(
        Fault(direction=Direction.REPLY, harm=Harm.DELAY, offset=9, delay_s=gap_s, when=CREDITS)
    )
    assert accepted(r.poll()) == [100]
    assert r.plan.struck == 1
    r.check()


def test_fault_02_no_echo_and_echo_only_are_told_apart() -> None:
    r = rig().ready()
    r.hand.cut_cable()
    (event,) = r.poll()
    assert isinstance(event, VendorTrouble)
    assert event.reason == "coin.lost"
    assert "echo only" in event.detail
    r.hand.restore_cable()
    r.poll()
    r.machine.echo = False
    r.hand.cut_cable()
    (event,) = r.poll()
    assert isinstance(event, VendorTrouble)
    assert "no echo" in event.detail


def test_fault_02_a_line_without_echo_works_as_well() -> None:
    r = rig(echo=False).ready()
    r.hand.drop_coin(50)
    assert accepted(r.poll()) == [50]
    r.check()


def test_fault_02_a_corrupted_echo_is_an_error_of_the_wire() -> None:
    r = rig().ready()
    r.faults(Fault(direction=Direction.REPLY, harm=Harm.FLIP, offset=2, when=CREDITS, times=3))
    (event,) = r.poll()
    assert isinstance(event, VendorTrouble)
    assert event.reason == "coin.wire"
    assert "echo was altered" in event.detail


def scripted_bus(rig_: Rig, *answers: str) -> CoinBus:
    """A line whose far end gives these bytes, one answer a request."""
    from drivers.link.memory import MemoryPort

    left = [bytes.fromhex(answer) for answer in answers]
    port = MemoryPort(lambda data: left.pop(0) if data and left else b"", rig_.clock)
    return CoinBus(lambda: port, rig_.clock, Check.SIMPLE)


def test_fault_03_answers_of_others_are_not_believed() -> None:
    r = rig()
    from_hopper, from_acceptor = "01 00 03 00 FC", "01 00 02 00 FD"
    assert scripted_bus(r, from_hopper, from_acceptor).ask(2, Header.SIMPLE_POLL) == b""
    strange_header = "01 00 02 07 F6"
    with pytest.raises(PeerError, match="header 7"):
        scripted_bus(r, *[strange_header] * 3).ask(2, Header.SIMPLE_POLL)
    with pytest.raises(PeerError, match="address 9"):
        scripted_bus(r, *["09 00 02 00 F5"] * 3).ask(2, Header.SIMPLE_POLL)


@pytest.mark.parametrize("rest", ["00", "01 00 02 00 FD", "01 00"])
def test_fault_03_more_than_one_answer_is_none(rest: str) -> None:
    """A shortened length byte can make a whole frame out of the front of a longer one."""
    r = rig()
    answer = "01 00 02 00 FD"
    with pytest.raises(PeerError, match="more came than one answer"):
        scripted_bus(r, *[f"{answer} {rest}"] * 3).ask(2, Header.SIMPLE_POLL)
    assert scripted_bus(r, f"{answer} {rest}", answer).ask(2, Header.SIMPLE_POLL) == b""


def test_fault_04_nak_is_a_refusal_and_busy_is_asked_again() -> None:
    r = rig()
    nak, busy, ack = "01 00 02 05 F8", "01 00 02 06 F7", "01 00 02 00 FD"
    with pytest.raises(Refused):
        scripted_bus(r, nak).ask(2, Header.SIMPLE_POLL)
    assert scripted_bus(r, busy, busy, ack).ask(2, Header.SIMPLE_POLL) == b""
    r2 = rig().ready()
    r2.machine.acceptor.busy_answers = 2
    assert r2.poll() == ()


def test_fault_05_an_unknown_header_is_a_missing_capability() -> None:
    r = rig(AcceptorBuild(has_accept_counter=False)).ready()
    r.hand.drop_coin(500)
    (event,) = r.poll()
    assert isinstance(event, CoinAccepted)
    assert event.cursor.accepted_total == -1
    r.check()


def test_fault_06_a_lost_poll_answer_credits_nothing_twice() -> None:
    r = rig().ready()
    r.hand.drop_coin(100)
    r.faults(Fault(direction=Direction.REPLY, harm=Harm.CUT, offset=0, when=CREDITS, times=2))
    assert accepted(r.poll(3)) == [100]
    r.check()


@pytest.mark.parametrize("count", [2, 3, 4, 5])
def test_fault_07_several_coins_between_two_polls(count: int) -> None:
    r = rig().ready()
    order = [10, 50, 100, 500, 10][:count]
    for yen in order:
        r.hand.drop_coin(yen)
    assert accepted(r.poll()) == order
    r.check()


@pytest.mark.parametrize("count", [6, 12, 60])
def test_fault_08_more_than_the_buffer_holds(count: int) -> None:
    r = rig().ready()
    for _ in range(count):
        r.hand.drop_coin(10)
    events = r.poll()
    lost = [event for event in events if isinstance(event, EventsLost)]
    assert [event.at_least for event in lost] == [count - 5]
    assert accepted(events) == [10] * 5
    assert r.vendor.status().accepting == frozenset()
    assert r.credited_yen + 10 * lost[0].at_least == r.credited_truly_yen()


def test_fault_08_lost_events_without_a_second_counter() -> None:
    r = rig(AcceptorBuild(has_accept_counter=False)).ready()
    for _ in range(7):
        r.hand.drop_coin(10)
    assert [e.at_least for e in r.poll() if isinstance(e, EventsLost)] == [2]


@pytest.mark.parametrize("start", [253, 254, 255])
def test_fault_09_the_counter_wraps_from_255_to_1(start: int) -> None:
    r = rig().ready()
    for _ in range(start):
        r.hand.report_event(1)
        r.poll()
    for yen in (100, 50, 10):
        r.hand.drop_coin(yen)
    assert accepted(r.poll()) == [100, 50, 10]
    r.check()


def test_fault_10_a_visible_reset_is_told_and_repaired() -> None:
    r = rig().ready({100})
    r.hand.drop_coin(100)
    r.poll()
    r.hand.power_cycle()
    events = r.poll(3)
    assert VendorReset in [type(event) for event in events]
    r.hand.drop_coin(100)
    r.hand.drop_coin(500)
    assert accepted(r.poll()) == [100]
    r.check()


def test_fault_10_a_credit_that_died_in_the_reset_is_missed() -> None:
    r = rig().ready()
    r.hand.drop_coin(500)
    r.poll()
    r.hand.drop_coin(100)
    r.hand.power_cycle()
    events = r.poll(3)
    kinds = [type(event) for event in events]
    assert kinds == [VendorReset, EventsLost]
    (lost,) = [event for event in events if isinstance(event, EventsLost)]
    assert lost.at_least == 1
    assert r.credited_truly_yen() - r.credited_yen == 100


@pytest.mark.parametrize("counted", [True, False])
@pytest.mark.parametrize("rejects", [1, 2, 3, 4, 5])
def test_fault_11_hidden_reset_invents_no_coins(rejects: int, *, counted: bool) -> None:
    r = rig(AcceptorBuild(has_accept_counter=counted)).ready()
    for _ in range(67):
        r.hand.report_event(1)
        r.poll()
    r.hand.power_cycle()
    r.clock.advance(0.3)
    for _ in range(rejects):
        r.hand.drop_coin(100)  # inhibited again: each is an event, none is money
    events = r.poll()
    assert [type(e) for e in events].count(VendorReset) == 1
    assert not [e for e in events if isinstance(e, EventsLost | CoinAccepted)]
    r.hand.drop_coin(100)
    assert accepted(r.poll()) == [100]
    r.check()


@pytest.mark.parametrize("counted", [True, False])
@pytest.mark.parametrize(("before", "after"), [(1, 1), (3, 3), (5, 5), (2, 4), (1, 5), (4, 2)])
def test_fault_11_hidden_reset_loses_no_coin_where_inhibits_outlive_it(
    before: int, after: int, *, counted: bool
) -> None:
    """Coins are let in at once, and the counter may stand where it stood, or above."""
    r = rig(AcceptorBuild(has_accept_counter=counted, keeps_inhibits=True)).ready()
    for _ in range(before):
        r.hand.drop_coin(10)
        r.poll()
    r.hand.power_cycle()
    r.clock.advance(0.3)
    for _ in range(after):
        r.hand.drop_coin(500)
    events = r.poll()
    assert accepted(events) == [500] * after
    assert [type(e) for e in events].count(VendorReset) == 1
    assert not [e for e in r.poll(60) if isinstance(e, EventsLost)]
    r.check()


def test_fault_11_a_reset_before_the_first_event_is_found_by_the_inhibits() -> None:
    r = rig().ready()
    r.hand.power_cycle()
    r.clock.advance(0.3)
    r.hand.drop_coin(100)
    events = r.poll()
    assert VendorReset in [type(event) for event in events]
    r.hand.drop_coin(100)
    assert accepted(r.poll()) == [100]
    r.check()


def test_fault_11_a_reset_without_any_event_is_found_in_time() -> None:
    r = rig().ready()
    r.hand.power_cycle()
    events = r.poll(40)
    assert [type(event) for event in events] == [VendorReset]
    r.hand.drop_coin(100)
    assert accepted(r.poll()) == [100]


def test_fault_11_a_reset_before_the_first_event_while_the_host_was_dead_is_told() -> None:
    """The counter was 0 and is 0: only inhibits that nobody left like that tell of the reset."""
    r = rig().ready()
    before = CreditCursor(120_001, 0, 0)
    r.machine.speeds.fall_time_s = 0.3
    r.hand.drop_coin(100)
    r.hand.switch_off()
    r.clock.advance(0.5)
    r.hand.switch_on()
    r.clock.advance(1.0)
    assert r.machine.truth().taken_yen == 100, "it fell through the dark acceptor"
    r.restart()
    events = r.vendor.resume(before)
    assert [type(event) for event in events] == [VendorReset]
    r.restart()
    assert r.vendor.resume(before) == (), "the second start finds it as the first one left it"


@pytest.mark.parametrize("first", [FirstEvent.NULL, FirstEvent.INHIBITED])
def test_fault_12_dummy_first_event_is_no_money(first: FirstEvent) -> None:
    r = rig(AcceptorBuild(first_event=first)).ready()
    assert accepted(r.poll(2)) == []
    r.hand.drop_coin(100)
    assert accepted(r.poll()) == [100]
    r.check()


def test_fault_12_the_very_first_coin_counts() -> None:
    r = rig().ready()
    r.hand.drop_coin(500)
    assert accepted(r.poll()) == [500]


def test_fault_13_another_acceptor_at_the_same_address() -> None:
    r = rig().ready()
    r.hand.drop_coin(100)
    r.poll()
    r.machine.act(lambda: r.machine.acceptor.swap(999))
    events = r.poll(3)
    reasons = [e.reason for e in events if isinstance(e, VendorTrouble)]
    assert reasons == ["coin.unknown_device"]
    assert "coin.unknown_device" in r.vendor.status().troubles
    r.hand.drop_coin(100)
    assert accepted(r.poll(2)) == []
    old = r.cursor()
    again = r.take(r.vendor.resume(old))
    assert [e.reason for e in again if isinstance(e, VendorTrouble)] == ["coin.unknown_device"]
    r.vendor.accept(VALUES)
    r.hand.drop_coin(500)
    assert accepted(r.poll()) == [500]
    r.check()


def test_fault_14_a_credit_not_yet_written_down_comes_again_after_a_restart() -> None:
    r = rig().ready()
    r.hand.drop_coin(100)
    (event,) = r.poll()
    assert isinstance(event, CoinAccepted)
    written = event.cursor
    for yen in (500, 10):
        r.hand.drop_coin(yen)
    r.clock.advance(0.2)
    r.vendor.poll()  # read by a host that dies before it has written it down
    assert accepted(r.take(r.restart().resume(written))) == [500, 10]
    r.check()


def test_fault_14_each_credit_carries_the_cursor_to_go_on_from_also_at_the_wrap() -> None:
    r = rig().ready()
    for _ in range(253):
        r.hand.report_event(1)
        r.poll()
    for yen in (10, 50, 100, 500):
        r.hand.drop_coin(yen)
    events = r.poll()
    told = accepted(events)
    assert told == [10, 50, 100, 500]
    for index, event in enumerate(events):
        assert isinstance(event, CoinAccepted)
        assert accepted(r.restart().resume(event.cursor)) == told[index + 1 :]
    assert [e.cursor.counter for e in events if isinstance(e, CoinAccepted)] == [254, 255, 1, 2]


def test_fault_14_resume_is_idempotent_for_one_cursor() -> None:
    r = rig().ready()
    r.vendor.resume(None)
    r.vendor.accept(VALUES)
    r.hand.drop_coin(100)
    (event,) = r.vendor.poll()
    assert isinstance(event, CoinAccepted)
    before = CreditCursor(event.cursor.serial, event.cursor.counter - 1, 0)
    assert r.vendor.resume(before) == r.vendor.resume(before) == (event,)


@pytest.mark.parametrize("known", [None, CreditCursor(4711, 9, 9)])
def test_fault_14_a_first_coin_is_not_lost_either(known: CreditCursor | None) -> None:
    """Of a device nobody has followed: where counting begins is told before the slot opens."""
    r = rig()
    r.vendor.capabilities()
    begun = [e.cursor for e in r.vendor.resume(known) if isinstance(e, CountsMoved)]
    r.vendor.accept(VALUES)
    r.hand.drop_coin(500)
    r.clock.advance(0.2)
    r.vendor.poll()  # read by a host that dies before it has written it down
    assert accepted(r.take(r.restart().resume(*begun))) == [500]
    r.check()


def test_fault_14_more_coins_than_remembered_while_the_host_was_down() -> None:
    r = rig().ready()
    r.hand.drop_coin(100)
    r.poll()
    written = r.cursor()
    for _ in range(8):
        r.hand.drop_coin(10)
    events = r.take(r.restart().resume(written))
    assert [e.at_least for e in events if isinstance(e, EventsLost)] == [3]
    assert accepted(events) == [10] * 5
    assert r.credited_yen + 30 == r.credited_truly_yen()


def test_fault_17_a_coin_on_its_way_when_acceptance_ends_is_still_told() -> None:
    r = Rig(speeds=Speeds(fall_time_s=0.5)).ready()
    r.hand.drop_coin(500)
    r.vendor.accept(frozenset())
    assert accepted(r.poll(2)) == []
    assert accepted(r.poll(2)) == [500]
    r.check()


@pytest.mark.parametrize(
    "code", sorted(c for c, row in COIN_CODES.items() if row.money is Money.MAYBE)
)
def test_fault_18_a_coin_that_may_be_inside_is_told(code: int) -> None:
    r = rig().ready()
    r.hand.report_event(code)
    (event,) = r.poll()
    assert isinstance(event, CoinMaybe)
    assert event.code == code


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (7, ["coin.missorted", "coin.acceptor_fault"]),
        (31, ["coin.missorted", "coin.acceptor_fault"]),
        (39, ["coin.missorted"]),
    ],
)
def test_fault_19_sorter_trouble_leaves_the_credit_alone(code: int, said: list[str]) -> None:
    r = rig().ready()
    r.hand.drop_coin(100)
    r.hand.report_event(code)
    events = r.poll()
    assert accepted(events) == [100]
    assert [e.reason for e in events if isinstance(e, VendorTrouble)] == said
    r.check()


def test_fault_20_the_return_lever() -> None:
    r = rig().ready()
    r.hand.pull_lever()
    assert [type(event) for event in r.poll()] == [ReturnLever]


def test_fault_21_a_fault_shows_until_it_is_gone() -> None:
    r = rig().ready()
    r.hand.report_fault(42)
    assert r.vendor.status().troubles == ("coin.acceptor_fault",)
    r.hand.report_fault(41)
    assert r.vendor.status().troubles == ("coin.fraud",)
    r.hand.report_fault(0)
    assert r.vendor.status().troubles == ()


def test_fault_22_a_host_that_stopped_polling_gets_no_coins() -> None:
    r = rig().ready()
    r.poll()
    r.clock.advance(1.5)
    r.hand.drop_coin(100)
    assert accepted(r.poll()) == []
    assert r.machine.truth().count(Place.TRAY, 100) == 1
    r.hand.drop_coin(100)
    assert accepted(r.poll()) == [100]
    r.check()


@pytest.mark.parametrize(
    "code", sorted(c for c, row in COIN_CODES.items() if row.money is Money.FRAUD)
)
def test_fault_23_signs_of_fraud_stop_acceptance(code: int) -> None:
    r = rig().ready()
    r.hand.report_event(code)
    events = r.poll()
    assert [e.reason for e in events if isinstance(e, VendorTrouble)] == ["coin.fraud"]
    r.hand.drop_coin(500)
    assert accepted(r.poll()) == []
    assert r.vendor.status().accepting == frozenset()


def test_fault_44_the_cable_is_cut_and_mended() -> None:
    r = rig().ready()
    r.hand.drop_coin(100)
    r.hand.cut_cable()
    events = r.poll(5)
    assert [e.reason for e in events if isinstance(e, VendorTrouble)] == ["coin.lost"]
    assert "coin.lost" in r.vendor.status().troubles
    r.hand.restore_cable()
    assert accepted(r.poll(2)) == [100]
    r.hand.drop_coin(10)
    assert accepted(r.poll()) == [10]
    assert r.vendor.status().troubles == ()
    r.check()


def test_fault_44_the_adapter_is_pulled_out_and_put_back() -> None:
    r = rig().ready()
    r.hand.drop_coin(100)
    r.memory.unplugged = True
    events = r.poll(3)
    assert [type(e) for e in events] == [VendorTrouble]
    r.memory.unplugged = False
    assert accepted(r.poll(2)) == [100]
    r.check()


def test_fault_44_power_lost_with_the_line_comes_back_set_up() -> None:
    r = rig().ready({100})
    r.hand.switch_off()
    r.poll(3)
    r.hand.switch_on()
    events = r.poll(4)
    assert VendorReset in [type(event) for event in events]
    r.hand.drop_coin(100)
    assert accepted(r.poll()) == [100]
    r.check()


def test_fault_44_acceptance_that_failed_stays_off_when_the_line_comes_back() -> None:
    r = rig().ready({10})
    r.hand.cut_cable()
    with pytest.raises(DeviceError):
        r.vendor.accept(VALUES)
    r.hand.restore_cable()
    r.poll(3)
    r.hand.drop_coin(500)
    r.hand.drop_coin(10)
    assert accepted(r.poll()) == []
    assert r.vendor.status().accepting == frozenset()
    r.check()


def test_fault_46_a_second_master_on_the_line_stops_acceptance() -> None:
    r = rig().ready()
    r.hand.drop_coin(100)
    r.memory.inject(bytes.fromhex("02 01 01 E4 01 17"))  # somebody else opens the slot
    events = r.poll()
    assert accepted(events) == [100]
    assert [e.reason for e in events if isinstance(e, VendorTrouble)] == ["coin.fraud"]
    assert r.vendor.status().accepting == frozenset()
    assert r.poll(2) == ()
    r.check()


@pytest.mark.parametrize("feigned", [1, 3])
def test_fault_46_credits_that_the_acceptor_itself_has_not_counted_stop_acceptance(
    feigned: int,
) -> None:
    """Whoever answers in its place can tell of coins, but not have its accept counter count."""
    r = rig().ready()
    r.hand.drop_coin(100)
    r.poll(40)
    for _ in range(feigned):
        r.machine.act(lambda: r.machine.acceptor.push(4, 1))
    events = r.poll(40)
    assert accepted(events) == [500] * feigned
    assert [e.reason for e in events if isinstance(e, VendorTrouble)] == ["coin.fraud"]
    assert [e.at_least for e in events if isinstance(e, EventsLost)] == [0], "staff must look"
    assert r.vendor.status().accepting == frozenset()
    assert r.poll(60) == ()


@pytest.mark.parametrize("counts", [0, 7])
def test_an_accept_counter_that_never_moves_denies_nothing(counts: int) -> None:
    r = rig()
    r.machine.acceptor._commands[Header.ACCEPT_COUNTER] = lambda _: Answer(bytes((counts, 0, 0)))
    r.ready()
    for _ in range(3):
        r.hand.drop_coin(100)
        assert accepted(r.poll(40)) == [100]
    assert not [e for e in r.events if isinstance(e, VendorTrouble | EventsLost)]


def test_fault_46_a_late_answer_is_no_second_master() -> None:
    r = rig().ready()
    r.faults(Fault(direction=Direction.REPLY, harm=Harm.DELAY, offset=5, delay_s=0.4, when=CREDITS))
    r.hand.drop_coin(100)
    assert [type(event) for event in r.poll(3)] == [CoinAccepted]
    r.check()


def test_fault_46_answers_that_come_after_we_gave_up_are_no_second_master() -> None:
    r = rig().ready()
    r.faults(Fault(direction=Direction.REPLY, harm=Harm.DELAY, offset=5, delay_s=1.2, when=CREDITS))
    r.hand.drop_coin(100)
    events = r.poll(3)
    assert [e.reason for e in events if isinstance(e, VendorTrouble)] == ["coin.lost"]
    assert accepted(events) == [100]
    r.check()


@pytest.mark.parametrize("moment", [Header.ACCEPT_COUNTER, Header.CREDITS])
def test_a_coin_that_falls_while_the_counters_are_compared_is_not_called_missing(
    moment: Header,
) -> None:
    """The two counters are read one after the other; a coin may come between."""
    r = rig().ready()
    r.hand.cut_cable()
    r.poll()
    r.hand.restore_cable()
    original = r.memory.write
    headers: list[int] = []

    def drop_then_write(data: bytes) -> None:
        headers.append(header_of(data))
        between = Header.ACCEPT_COUNTER in headers and headers[-1] == moment
        if between and r.machine.truth().customer_yen == 0:
            r.hand.drop_coin(500)
        original(data)

    r.memory.write = drop_then_write  # type: ignore[method-assign]
    events = r.poll(60)
    assert accepted(events) == [500]
    assert not [e for e in events if isinstance(e, EventsLost)]
    r.check()


def test_fault_47_a_grounded_wire_resets_everybody() -> None:
    """Part 4 section 5.1: a zero byte in front of this request is a broadcast reset."""
    r = rig().ready()
    r.hand.drop_coin(100)
    r.poll()
    r.machine.receive(bytes.fromhex("00 02 01 01 E4 01 17"))
    events = r.poll(4)
    assert VendorReset in [type(event) for event in events]
    r.hand.drop_coin(500)
    assert accepted(r.poll()) == [500]
    r.check()


def test_a_lost_device_is_silent_but_a_status_is_still_given() -> None:
    r = rig()
    r.hand.switch_off()
    with pytest.raises(SilenceError, match="address 2"):
        r.vendor.capabilities()
    began = r.clock.monotonic_s()
    assert r.vendor.status().troubles == ("coin.lost",)
    assert r.clock.monotonic_s() - began < 3.0
    with pytest.raises(DeviceError):
        r.vendor.resume(None)


@pytest.mark.parametrize("levels", [(1, 0), (0, 101)])
def test_encryption_is_found_and_refused(levels: tuple[int, int]) -> None:
    plate = Nameplate("KVM", "KV-A1", 1, encryption=levels)
    r = rig(AcceptorBuild(plate=plate))
    with pytest.raises(PeerError, match=r"coin\.encrypted"):
        r.vendor.capabilities()


def test_another_kind_of_device_is_refused() -> None:
    from drivers.coin.contract import CoinVendorConfig
    from drivers.coin.serial import SerialCoinVendor

    r = rig()
    config = CoinVendorConfig(port="memory", acceptor=3, hoppers={"10": 4})
    vendor = SerialCoinVendor(config, r.clock, port=r.memory)
    with pytest.raises(PeerError, match="'Payout', not a Coin Acceptor"):
        vendor.capabilities()


def test_credits_that_carry_values() -> None:
    """Part 3 section 2.2: the code is the value, with a factor of ten."""
    r = rig(AcceptorBuild(credits_are_values=True)).ready()
    for yen in (10, 50, 100, 500):
        r.hand.drop_coin(yen)
    assert accepted(r.poll()) == [10, 50, 100, 500]
    r.check()


@pytest.mark.parametrize("code", [37, 0x80 | 127, 255, 128])
def test_a_value_that_none_of_its_coins_has_is_a_case_for_a_person(code: int) -> None:
    r = rig(AcceptorBuild(credits_are_values=True)).ready()
    r.machine.act(lambda: r.machine.acceptor.push(code, 1))
    assert [type(event) for event in r.poll()] == [CoinMaybe]


def test_both_issues_of_the_500_yen_coin() -> None:
    r = rig(AcceptorBuild(coins=("JP500B", "JP100A", "......", "GB100A"))).ready()
    r.hand.drop_coin(500)
    r.hand.drop_coin(100)
    assert accepted(r.poll()) == [500, 100]
    assert r.vendor.capabilities().accepts == frozenset({100, 500})
    r.check()


def test_a_sorter_fills_the_hopper_then_the_cashbox() -> None:
    r = rig().ready()
    r.hand.fill_hopper(500, 299)
    for _ in range(3):
        r.hand.drop_coin(500)
        r.poll()
    truth = r.machine.truth()
    assert truth.count(Place.HOPPER, 500) == 400
    assert truth.count(Place.CASHBOX, 500) == 2
    r.check()


def test_close_leaves_the_slot_shut() -> None:
    r = rig().ready()
    r.vendor.close()
    r.vendor.close()
    r.hand.drop_coin(100)
    assert r.machine.truth().count(Place.TRAY, 100) == 1


def test_polling_is_fast_while_coins_may_come_and_rare_when_none_can() -> None:
    r = rig().ready()
    assert r.vendor.poll_every_s == 0.1
    r.vendor.accept(frozenset())
    assert r.vendor.poll_every_s == 0.2
    r.clock.advance(31.0)
    assert r.vendor.poll_every_s == 10.0
    r.hand.cut_cable()
    r.poll()
    assert r.vendor.poll_every_s == 0.2


def test_the_transcript_can_be_read() -> None:
    r = rig().ready()
    r.poll()
    text = r.vendor.tap.lines()[-1].text()
    assert "to 2: credits | reply" in text


def test_a_credit_of_no_known_value_is_a_case_for_a_person() -> None:
    r = rig().ready()
    r.machine.act(lambda: r.machine.acceptor.push(9, 1))
    (event,) = r.poll()
    assert isinstance(event, CoinMaybe)
    assert event.code == 9


def test_an_acceptor_that_does_not_keep_its_inhibits_is_faulty() -> None:
    r = rig().ready()
    acceptor = r.machine.acceptor
    acceptor._commands[Header.SET_INHIBITS] = acceptor._commands[Header.SIMPLE_POLL]
    with pytest.raises(PeerError, match="does not keep its inhibits"):
        r.vendor.accept(frozenset({10}))
    assert r.vendor.status().accepting == frozenset()
