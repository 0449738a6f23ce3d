"""All printer cases, in the order in which they are tried."""

from drivers.conformance import printer_cases, printer_fault_cases, printer_sheet_cases
from drivers.conformance.printer_bench import PrinterBench
from drivers.conformance.suite import Suite

SUITE: Suite[PrinterBench] = Suite(
    kind="printer",
    title="Certificate printer",
    groups={
        "says": "What it says of itself",
        "count": "Counting",
        "sheet": "The sheet in the hand",
        "fault": "What goes wrong",
    },
    piece="sheet",
    cases=(*printer_cases.CASES, *printer_sheet_cases.CASES, *printer_fault_cases.CASES),
)
