"""Every printer that is wrong on purpose is found by the case that should; right ones pass."""

import argparse
import tempfile

import pytest

from drivers.clock import SystemClock
from drivers.conformance.case import Verdict
from drivers.conformance.command import _nobody
from drivers.conformance.hands import person
from drivers.conformance.kind import SetupError
from drivers.conformance.printer_bench import PrinterBench
from drivers.conformance.printer_foreign import FOREIGN
from drivers.conformance.printer_hands import PROMPTS
from drivers.conformance.printer_kind import BRISK, KIND, setup
from drivers.conformance.printer_page import (
    FRAME_TENTHS,
    frame_tenths,
    is_coloured,
    is_front,
    is_printed,
    is_upright,
    squares,
    trial_sheets,
)
from drivers.conformance.printer_spooled import VIRTUAL, bench_on
from drivers.conformance.printer_suite import SUITE
from drivers.conformance.proof import Specimen, examine
from drivers.conformance.runner import tried
from drivers.printer.contract import PrinterConfig
from drivers.printer.ipp import IppPrinterWatch
from drivers.printer.tables import PDF
from drivers.printer.virtual import VirtualPrinter
from drivers.printer.virtual_sheets import sides_of

OURS = [one for one in KIND.specimens if one not in FOREIGN]
RIGHT = [one for one in OURS if not one.killers]
WRONG = [one for one in OURS if one.killers]
pytestmark = pytest.mark.timeout(120)


def named(specimens: list[Specimen[PrinterBench]]) -> list[str]:
    return [one.name for one in specimens]


@pytest.mark.daemon
@pytest.mark.parametrize("specimen", RIGHT, ids=named(RIGHT))
def test_a_right_printer_is_failed_by_no_case(specimen: Specimen[PrinterBench]) -> None:
    proof, results = examine(SUITE, specimen)
    wrong = {name: r.detail for name, r in results.items() if r.verdict is Verdict.FAILED}
    assert proof.holds, wrong
    tried = [r for r in results.values() if r.verdict is Verdict.PASSED]
    assert len(tried) >= len(SUITE.cases) - 2


@pytest.mark.daemon
@pytest.mark.parametrize("specimen", WRONG, ids=named(WRONG))
def test_a_wrong_printer_is_found_by_the_case_that_should(
    specimen: Specimen[PrinterBench],
) -> None:
    proof, results = examine(SUITE, specimen, specimen.killers)
    assert proof.holds, {name: r.detail for name, r in results.items()}


def test_enough_of_them_and_every_name_once() -> None:
    assert len(WRONG) >= 30
    names = named(list(KIND.specimens))
    assert len(set(names)) == len(names)
    ids = {case.id for case in SUITE.cases}
    assert {killer for one in WRONG for killer in one.killers} <= ids


def test_what_one_reads_off_the_trial_sheet() -> None:
    front, back, *rest = sides_of(trial_sheets(2), PDF, colour=True)
    assert len(rest) == 2
    assert [squares(side) for side in (front, back, *rest)] == [1, 1, 2, 2]
    assert (is_printed(front), is_printed(back), is_printed(None)) == (True, True, False)
    assert (is_front(front), is_front(back)) == (True, False)
    assert (is_coloured(front), is_coloured(back)) == (False, True)
    assert (is_upright(front), is_upright(back)) == (True, True)
    assert abs(frame_tenths(front) - FRAME_TENTHS) <= 5
    assert frame_tenths(back) == 0


@pytest.mark.daemon
def test_without_hands_nobody_is_asked_to_empty_the_tray() -> None:
    with VirtualPrinter(BRISK) as printer:
        config = PrinterConfig(
            device_uri=printer.device_uri, queue="conform", runtime_dir=tempfile.mkdtemp(prefix="k")
        )
        bench = bench_on(config, person(_nobody, PROMPTS), IppPrinterWatch, VIRTUAL)
        try:
            cases = {case.id: case for case in SUITE.cases}
            verdicts = [
                tried(cases[name], bench, SystemClock()).verdict
                for name in ("printer.count.one", "printer.count.title", "printer.count.not_before")
            ]
        finally:
            bench.close()
    assert verdicts == [Verdict.PASSED, Verdict.PASSED, Verdict.SKIPPED]


@pytest.mark.daemon
def test_the_profile_of_a_printer_and_of_one_that_is_gone() -> None:
    bench, _ = RIGHT[0].open()
    try:
        assert 'tray = "ipp"' in bench.profile()
        bench.hands.power_off()
        assert bench.profile().count("\n") == 1, "nothing is proposed, and nothing is raised"
    finally:
        bench.close()


def test_a_queue_that_is_not_there_is_said() -> None:
    chosen = argparse.Namespace(queue="no-such-queue", device_uri="", raster=False, driver="")
    with pytest.raises(SetupError, match="no-such-queue"):
        setup(chosen)
    chosen.device_uri = "ipp://127.0.0.1/ipp/print"
    with pytest.raises(SetupError, match="not both"):
        setup(chosen)
