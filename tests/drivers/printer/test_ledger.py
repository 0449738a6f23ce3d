"""The sheet ledger's arithmetic."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from drivers.printer.contract import Tray
from drivers.printer.ledger import SIDES, SheetCount, Witness

sheets = st.integers(1, 12)


def true_count(expected: int) -> SheetCount:
    return SheetCount(
        expected=expected,
        whole=True,
        sheets=expected,
        sides=SIDES * expected,
        engine=SIDES * expected,
        spooled=expected,
        tray=Tray.SHEETS,
    )


@given(sheets)
def test_a_true_count_has_no_contradiction(expected: int) -> None:
    assert true_count(expected).contradictions == ()


@given(sheets, st.sampled_from(["sheets", "sides", "engine", "spooled"]), st.integers(-30, 30))
def test_any_single_lie_is_seen(expected: int, who: str, off: int) -> None:
    """Unless it says that it does not count, or lies by nothing. An engine's counter that went
    back does not say so."""
    truth = true_count(expected)
    lie = getattr(truth, who) + off
    told = replace(truth, **{who: lie})
    silent = lie < 0 and who in {"sheets", "spooled"}
    assert bool(told.contradictions) is (off != 0 and not silent)


@given(sheets)
def test_an_empty_tray_contradicts_sheets_and_an_unknown_one_nothing(expected: int) -> None:
    truth = true_count(expected)
    assert replace(truth, tray=Tray.EMPTY).contradictions == (Witness.TRAY,)
    assert replace(truth, tray=Tray.UNKNOWN).contradictions == ()


@given(sheets, st.integers(0, 12), st.integers(0, 30))
def test_a_job_given_up_leaves_at_most_one_sheet_inside(out: int, extra: int, sides: int) -> None:
    count = SheetCount(
        expected=out + extra + 1, whole=False, sheets=out, sides=SIDES * out, engine=sides
    )
    fits = SIDES * out <= sides <= SIDES * (out + 1)
    assert (Witness.ENGINE in count.contradictions) is not fits


def test_a_machine_that_counts_no_sheets_is_taken_at_its_sides() -> None:
    count = SheetCount(expected=2, whole=True, sheets=-1, sides=4)
    assert (count.said, count.contradictions) == (2, ())
    short = SheetCount(expected=2, whole=True, sheets=-1, sides=3)
    assert (short.said, short.contradictions) == (1, (Witness.SHEETS, Witness.SIDES))
