"""The bench measures what it says, on a few coins."""

import pytest

from drivers.coin import bench_six
from drivers.coin.bench import measure


def test_a_short_run() -> None:
    result = measure(coins=4, baud=0)
    assert result.coins == 4
    assert 0.0 < result.p50_s <= result.p95_s <= result.worst_s
    assert result.worst_s < 1.0
    assert result.poll_s == pytest.approx(0.0, abs=0.1)


def test_six_devices_are_polled_and_the_codec_is_timed() -> None:
    """Figures are for docs/benchmarks-devices.md; here only that they are taken."""
    found = bench_six.poll(1.0, everybody=True)
    assert found["rounds"] >= 1
    assert found["cpu_ms_a_round"] > 0
    timed = bench_six.codec(2_000)
    assert {"simple_parse_per_s", "crc_parse_per_s"} <= timed.keys()
