"""A page of 2,000 characters, with no room for a fine image: ten seeds a condition."""

import pytest

from tests.center.antiforgery.scramble.whole_sheets import SEEDS, every_condition, exact, judged

pytestmark = [
    pytest.mark.timeout(600),  # a sheet costs two seconds of CPU, and machines are shared
    pytest.mark.usefixtures("memory_is_kept"),
]


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_every_condition_bit_for_bit(seed: int) -> None:
    assert judged(every_condition("dense", seed)) == exact(has_fine=False)
