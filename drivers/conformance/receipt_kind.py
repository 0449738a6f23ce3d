"""The receipt suite on the command line: `kiosk-drivers conform receipt`."""

import argparse
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

from drivers.clock import Clock, SystemClock, VirtualClock
from drivers.conformance import receipt_cases
from drivers.conformance.hands import Ask, person, played
from drivers.conformance.kind import Budget, Kind, driver_of
from drivers.conformance.proof import Specimen
from drivers.conformance.receipt_bench import OpenPort, OpenPrinter, ReceiptBench, ReceiptSetup
from drivers.conformance.receipt_builds import OtherMake
from drivers.conformance.receipt_hands import PROMPTS, virtual
from drivers.conformance.receipt_wrong import WRONG
from drivers.conformance.suite import Suite
from drivers.conformance.transcript import Passage, PlayedClock, PlayedPort
from drivers.link.memory import MemoryPort
from drivers.receipt.contract import ReceiptConfig, ReceiptPrinter
from drivers.receipt.escpos import EscposReceiptPrinter, open_line
from drivers.receipt.virtual import VirtualReceiptPrinter

SUITE: Final[Suite[ReceiptBench]] = Suite(
    kind="receipt",
    title="Receipt printer",
    groups={"says": "What it says", "slip": "The slip", "fault": "What goes wrong"},
    piece="slip",
    cases=receipt_cases.CASES,
)
_NARROW_DOTS: Final = 384
"""A roll of 58 mm."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of a receipt printer."""
    parser.add_argument("--port", default="", help="serial port or host:port; none: the virtual")
    parser.add_argument("--baud", type=int, default=115200)
    parser.add_argument("--rts-cts", action="store_true", help="it stops us by RTS/CTS")
    parser.add_argument("--width-dots", type=int, default=576, help="576 (80 mm), 384 (58 mm)")
    parser.add_argument(
        "--driver",
        default="",
        metavar="PACKAGE.MODULE:CLASS",
        help="a ReceiptPrinter of your own, made as CLASS(config, clock)",
    )


def setup(chosen: argparse.Namespace) -> dict[str, Any]:
    """The options as JSON values."""
    names = ("port", "baud", "rts_cts", "width_dots", "driver")
    return {name: getattr(chosen, name) for name in names}


def open_bench(settings: Mapping[str, Any], ask: Ask) -> tuple[ReceiptBench, Clock]:
    """A bench on a line with a person, or on a virtual printer behind a pty."""
    clock = SystemClock()
    made = _driver(settings)
    if settings["port"]:
        config = _config(settings, settings["port"])
        bench = ReceiptSetup(config, partial(open_line, config), made)
        return ReceiptBench(bench, person(ask, PROMPTS), clock), clock
    printer = VirtualReceiptPrinter(clock)
    config = _config(settings, printer.serve_pty())
    bench = ReceiptSetup(config, partial(open_line, config), made, printer.close)
    return ReceiptBench(bench, virtual(printer), clock), clock


def replay(
    settings: Mapping[str, Any], passages: tuple[Passage, ...]
) -> tuple[ReceiptBench, Clock]:
    """A bench whose line, hands and time are the recording of one case."""
    clock = PlayedClock()
    line = PlayedPort(passages, clock)
    bench = ReceiptSetup(_config(settings, "recorded"), lambda: line, _driver(settings))
    return ReceiptBench(bench, played(passages), clock), clock


def in_memory(
    width_dots: int, kind: Callable[..., VirtualReceiptPrinter]
) -> tuple[ReceiptBench, Clock]:
    """A bench on a virtual printer without a wire, by a clock that only moves when waited on."""
    clock = VirtualClock()
    printer = kind(clock)
    line = MemoryPort(printer.receive, clock)
    config = ReceiptConfig(port="memory", width_dots=width_dots)
    bench = ReceiptSetup(config, line.reopen, our_driver)
    return ReceiptBench(bench, virtual(printer), clock), clock


def our_driver(config: ReceiptConfig, clock: Clock, line: OpenPort) -> ReceiptPrinter:
    """The driver that the terminal uses."""
    return EscposReceiptPrinter(config, clock, line)


def _driver(settings: Mapping[str, Any]) -> OpenPrinter:
    return driver_of(settings["driver"], EscposReceiptPrinter, "open_port")[0]


def _config(settings: Mapping[str, Any], port: str) -> ReceiptConfig:
    return ReceiptConfig(
        port=port,
        baud=settings["baud"],
        rts_cts=settings["rts_cts"],
        width_dots=settings["width_dots"],
    )


_FULL_DOTS: Final = 576

KIND: Kind[ReceiptBench] = Kind(
    suite=SUITE,
    budget=Budget("--budget-slips", "how many slips the cases may print", lambda _: 1),
    add_arguments=add_arguments,
    setup=setup,
    open=open_bench,
    replay=replay,
    specimens=(
        Specimen("80 mm", "The virtual printer with a head of 576 dots.",
                 partial(in_memory, _FULL_DOTS, VirtualReceiptPrinter)),
        Specimen("58 mm", "The same with a head of 384 dots.",
                 partial(in_memory, _NARROW_DOTS, VirtualReceiptPrinter)),
        Specimen("other make", "Forgets its buffer when it goes offline, tells its state unasked.",
                 partial(in_memory, _FULL_DOTS, OtherMake)),
        *(
            Specimen(wrong.name, wrong.what, partial(in_memory, _FULL_DOTS, wrong.printer),
                     wrong.killers)
            for wrong in WRONG
        ),
    ),
)  # fmt: skip
