"""The benchmark measures what it says; the figures themselves are for `make bench`."""

from pathlib import Path

import pytest

from drivers.bench.card_bench import bench_card
from drivers.card.pcsc_service import chosen_socket


@pytest.mark.daemon
def test_three_ways_on_one_card() -> None:
    chosen = chosen_socket()
    figures = bench_card(3, 1, Path(chosen).parent if chosen else None)
    assert figures["apdus"] > 8
    for way in ("driver", "driver_cpu", "pyscard", "opensc"):
        assert 0 < figures[f"{way}_p50"] <= figures[f"{way}_p95"]
    assert figures["card_p50"] > 0
    assert figures["driver_to_pyscard"] == figures["driver_p50"] / figures["pyscard_p50"]
