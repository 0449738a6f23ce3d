"""Fixtures of the certificate printer."""

from collections.abc import Callable, Iterator

import pytest

from drivers.printer.virtual import VirtualPrinter
from drivers.printer.virtual_engine import Machine
from tests.drivers.printer.bench import Bench

OpenBench = Callable[..., Bench]


@pytest.fixture
def open_bench() -> Iterator[OpenBench]:
    """Makes print paths, and ends them."""
    made: list[Bench] = []

    def make(machine: Machine | None = None, **settings: object) -> Bench:
        bench = Bench(machine, **settings)
        made.append(bench)
        bench.open()
        return bench

    yield make
    for bench in made:
        bench.close()


@pytest.fixture
def bench(open_bench: OpenBench) -> Bench:
    """A print path with an ordinary printer."""
    return open_bench()


@pytest.fixture
def printer() -> Iterator[VirtualPrinter]:
    """A printer without a spooler."""
    with VirtualPrinter() as printer:
        yield printer
