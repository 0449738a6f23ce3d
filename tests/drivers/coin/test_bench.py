"""The bench measures what it says, on a few coins."""

import pytest

from drivers.coin.bench import measure


def test_a_short_run() -> None:
    result = measure(coins=4, baud=0)
    assert result.coins == 4
    assert 0.0 < result.p50_s <= result.p95_s <= result.worst_s
    assert result.worst_s < 1.0
    assert result.poll_s == pytest.approx(0.0, abs=0.1)
