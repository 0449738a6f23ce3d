"""What became of a payout: the decision alone, over everything a hopper can say."""

from hypothesis import given
from hypothesis import strategies as st

from drivers.coin.contract import DispenseTicket, Evidence
from drivers.coin.credits import advance
from drivers.coin.payout import NO_TOTAL, Course, HopperView, course, judge, unknown
from drivers.coin.protocol import HopperStatus
from drivers.coin.tables import HOPPER_FLAGS

TICKET = DispenseTicket(100, 5, 5, 1, 17, 1000)
FLAGS = {(flag.register, flag.bit): flag for flag in HOPPER_FLAGS}


def view(counter: int, paid: int, unpaid: int, total: int, *flags: tuple[int, int]) -> HopperView:
    status = HopperStatus(counter, 0, paid, unpaid)
    return HopperView(status, total, tuple(FLAGS[flag] for flag in flags))


def test_done() -> None:
    result = judge(TICKET, view(18, 5, 0, 1005))
    assert (result.paid, result.evidence, result.reason) == (5, Evidence.DEVICE_COUNTED, "")


def test_not_taken() -> None:
    result = judge(TICKET, view(17, 3, 0, 1000))
    assert (result.paid, result.evidence) == (0, Evidence.NOT_STARTED)


def test_not_taken_because_of_a_flag_says_which() -> None:
    assert judge(TICKET, view(17, 0, 0, 1000, (2, 4))).reason == "coin.hopper_jam"


def test_empty_and_jam_and_unexplained() -> None:
    assert judge(TICKET, view(18, 2, 3, 1002, (1, 1))).reason == "coin.hopper_empty"
    assert judge(TICKET, view(18, 2, 3, 1002, (1, 5))).reason == "coin.hopper_jam"
    assert judge(TICKET, view(18, 2, 3, 1002)).reason == "coin.hopper_fault"


def test_a_late_coin_is_counted() -> None:
    result = judge(TICKET, view(18, 2, 3, 1003, (1, 5)))
    assert (result.paid, result.evidence) == (3, Evidence.DEVICE_COUNTED)


def test_two_witnesses_that_disagree_make_it_unknown() -> None:
    assert judge(TICKET, view(18, 5, 0, 1002)).evidence is Evidence.UNKNOWN


def test_reset_with_and_without_a_dispense_count() -> None:
    assert judge(TICKET, view(0, 2, 3, 1002)).paid == 2
    assert judge(TICKET, view(0, 2, 3, NO_TOTAL)).evidence is Evidence.UNKNOWN


def test_a_counter_that_went_further_is_somebody_elses() -> None:
    assert course(TICKET, view(19, 5, 0, 1010)) is Course.FOREIGN
    assert judge(TICKET, view(19, 5, 0, 1010)).evidence is Evidence.UNKNOWN


def test_wrap_of_the_event_counter() -> None:
    last = DispenseTicket(100, 5, 5, 1, 255, 1000)
    assert course(last, view(1, 5, 0, 1005)) is Course.TAKEN
    assert advance(255, 1) == 1


def test_damaged_memory_is_no_witness() -> None:
    assert judge(TICKET, view(18, 5, 0, 1005, (2, 6))).evidence is Evidence.UNKNOWN


def test_counter_zero_twice_without_a_count_is_told_by_the_disabled_flag() -> None:
    first = DispenseTicket(100, 5, 5, 1, 0, NO_TOTAL)
    assert course(first, view(0, 0, 0, NO_TOTAL)) is Course.NOT_TAKEN
    assert course(first, view(0, 0, 0, NO_TOTAL, (1, 7))) is Course.RESET


def test_coins_out_without_a_counted_command_are_unknown() -> None:
    assert judge(TICKET, view(17, 0, 0, 1002)).evidence is Evidence.UNKNOWN


def test_unknown_names_its_reason() -> None:
    assert unknown(TICKET, "coin.lost").reason == "coin.lost"


@given(
    before=st.integers(0, 255),
    now=st.integers(0, 255),
    pieces=st.integers(1, 255),
    paid=st.integers(0, 255),
    unpaid=st.integers(0, 255),
    total_before=st.integers(-1, (1 << 24) - 1),
    total=st.integers(-1, (1 << 24) - 1),
    flags=st.sets(st.sampled_from(sorted(FLAGS))),
    refused=st.booleans(),
)
def test_whatever_a_hopper_says_certainty_needs_a_witness(  # noqa: PLR0917
    before: int,
    now: int,
    pieces: int,
    paid: int,
    unpaid: int,
    total_before: int,
    total: int,
    flags: set[tuple[int, int]],
    *,
    refused: bool,
) -> None:
    ticket = DispenseTicket(100, pieces, 5, 1, before, total_before)
    result = judge(ticket, view(now, paid, unpaid, total, *flags), refused=refused)
    moved = (total - total_before) % (1 << 24)
    has_count = NO_TOTAL not in {total, total_before} and moved <= 255 and (2, 6) not in flags
    if result.evidence is Evidence.NOT_STARTED:
        assert result.paid == 0
        assert not has_count or moved == 0
    if result.evidence is Evidence.DEVICE_COUNTED:
        assert (2, 6) not in flags
        assert result.paid == moved if has_count else result.paid + unpaid == pieces
