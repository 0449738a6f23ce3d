"""Everything goes well: from the first touch to paper, change and receipt."""

import io

import pikepdf
import pytest

from drivers.printer.virtual_sheets import PdfSide, Sheet
from tests.journeys.resident import FEE, SEVEN, Resident

pytestmark = pytest.mark.daemon

SEAL_FEE = 250


def _ends_well(resident: Resident) -> None:
    resident.sees("finish")
    resident.goes_home()
    assert resident.slips == 1
    assert resident.waits_for("visit.end")["outcome"] == "issued"
    resident.waits_for("report.sent")
    resident.nothing_is_left()


def _has_the_pair_of_inks(sheet: Sheet) -> None:
    """The terminal asked its printer, which takes CMYK as it is, and told the centre."""
    assert isinstance(sheet.back, PdfSide)
    with pikepdf.open(io.BytesIO(sheet.back.document)) as printed:
        drawn = printed.pages[1].obj.Resources.XObject.keys()
    assert "/Emblem" in drawn
    assert "/Screen" not in drawn


def test_a_household_of_seven_comes_on_two_sheets(resident: Resident) -> None:
    resident.card = SEVEN
    resident.goes_to_pay(kind="household", items=("household_head", "domicile"))
    resident.inserts(500)
    assert resident.takes_paper() == 2
    assert all(sheet.front is not None and sheet.back is not None for sheet in resident.sheets)
    resident.money_is_right(kept=FEE)
    assert resident.written("money.settled")[0]["returned"] == 300
    _ends_well(resident)
    ends = resident.written("print.end")
    assert [(end["result"], end["sheets"]) for end in ends] == [("printed", 2)]


def test_in_korean_with_exact_coins(resident: Resident) -> None:
    resident.goes_to_pay("ko", kind="self")
    assert resident.stage.glass.frame.language == "ko"
    resident.inserts(100, 50, 10, 10, 10, 10, 10)
    assert resident.takes_paper() == 1
    _has_the_pair_of_inks(*resident.sheets)
    resident.money_is_right(kept=FEE)
    assert not resident.written("payout.intent")
    _ends_well(resident)


def test_two_seal_registrations_in_english(resident: Resident) -> None:
    resident.goes_to_pay("en", certificate="seal_registration", copies=2)
    resident.inserts(500)
    assert resident.takes_paper() == 2
    titles = [end["title"] for end in resident.written("print.end")]
    assert len(set(titles)) == 2
    resident.money_is_right(kept=2 * SEAL_FEE)
    assert resident.written("visit.applied")[0]["certificate"] == "seal_registration"
    _ends_well(resident)


def test_the_next_resident_finds_japanese_again(resident: Resident) -> None:
    resident.begins("pt")
    resident.touch("end")
    resident.touch("end:yes")
    resident.goes_home()
    assert resident.stage.glass.frame.language == "ja"
    resident.nothing_was_charged()
