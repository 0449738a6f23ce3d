"""The printer suite on a printer that is not ours: CUPS' `ippeveprinter`, in two builds."""

import pytest

from drivers.conformance.case import Verdict
from drivers.conformance.printer_bench import PrinterBench
from drivers.conformance.printer_foreign import FOREIGN
from drivers.conformance.printer_suite import SUITE
from drivers.conformance.proof import Specimen, examine

pytestmark = [pytest.mark.daemon, pytest.mark.timeout(180)]
_WHOLE, _AS_IT_COMES = FOREIGN
_OF_PAPER = {
    "printer.says.fit",
    "printer.count.one",
    "printer.count.in_hand",
    "printer.count.title",
    "printer.sheet.true_size",
    "printer.fault.no_document",
}
"""Cases that must have been tried to the end: without them "no case failed it" means little."""


@pytest.mark.parametrize("printer", FOREIGN, ids=lambda one: one.name)
def test_it_passes_all_that_can_be_tried_on_it(printer: Specimen[PrinterBench]) -> None:
    """`ippeveprinter` 2.4.2 hands its print command a document that broke off: with a command
    that takes it, one case fails (RFC 9112 8: an incomplete message is not a complete one)."""
    proof, results = examine(SUITE, printer)
    verdicts = {name: (r.verdict.value, r.detail) for name, r in results.items()}
    assert (proof.failed, proof.broken) == (printer.killers, ()), verdicts
    passed = {name for name, r in results.items() if r.verdict is Verdict.PASSED}
    assert passed >= _OF_PAPER, verdicts
    assert proof.tried == len(passed) + len(proof.failed) < len(SUITE.cases)


def test_half_a_document_comes_out_of_one_build_and_not_of_the_other() -> None:
    half = "printer.fault.half_document"
    details = [examine(SUITE, one, (half,))[1][half].detail for one in (_WHOLE, _AS_IT_COMES)]
    assert details == [
        "nothing was printed",
        "sheets that came of half a document: 1 instead of 0",
    ]
