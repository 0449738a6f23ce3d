"""Every receipt printer that is wrong on purpose is found by the case that should."""

import argparse
from dataclasses import replace

import pytest

from drivers.conformance.case import Verdict
from drivers.conformance.proof import Specimen, examine
from drivers.conformance.receipt_bench import ReceiptBench
from drivers.conformance.receipt_kind import KIND, SUITE, add_arguments, open_bench, setup
from drivers.conformance.runner import tried
from drivers.receipt.contract import ReceiptStatus
from drivers.receipt.escpos import EscposReceiptPrinter

RIGHT = [one for one in KIND.specimens if not one.killers]
WRONG = [one for one in KIND.specimens if one.killers]


def named(specimens: list[Specimen[ReceiptBench]]) -> list[str]:
    return [one.name for one in specimens]


@pytest.mark.parametrize("specimen", RIGHT, ids=named(RIGHT))
def test_a_right_printer_passes_every_case(specimen: Specimen[ReceiptBench]) -> None:
    proof, results = examine(SUITE, specimen)
    assert proof.holds, {name: r.detail for name, r in results.items()}
    assert {r.verdict for r in results.values()} == {Verdict.PASSED}


@pytest.mark.parametrize("specimen", WRONG, ids=named(WRONG))
def test_a_wrong_printer_is_found_by_the_case_that_should(
    specimen: Specimen[ReceiptBench],
) -> None:
    proof, results = examine(SUITE, specimen)
    assert proof.holds, {name: (r.verdict.value, r.detail) for name, r in results.items()}


def test_enough_of_them_and_every_name_once() -> None:
    assert len(WRONG) >= 15
    names = named([*RIGHT, *WRONG])
    assert len(set(names)) == len(names)


def test_the_command_line_opens_a_bench_on_a_real_pseudo_terminal() -> None:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    bench, clock = open_bench(setup(parser.parse_args([])), lambda _: "")
    try:
        case = next(case for case in SUITE.cases if case.id == "receipt.slip.whole")
        assert tried(case, bench, clock).verdict is Verdict.PASSED
    finally:
        bench.close()


class Theirs(EscposReceiptPrinter):
    """A driver of another make: says that the roll is near its end."""

    def status(self) -> ReceiptStatus:
        return replace(super().status(), near_end=True)


def test_a_recording_is_judged_with_the_driver_that_made_it() -> None:
    settings = {"port": "", "baud": 115200, "rts_cts": False, "width_dots": 576}
    assert KIND.replay is not None
    said = {}
    for driver in ("", f"{__name__}:Theirs"):
        bench, _ = KIND.replay(settings | {"driver": driver}, ())
        said[driver] = bench.status().near_end
    assert list(said.values()) == [False, True]
