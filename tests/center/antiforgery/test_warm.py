"""What is compiled beforehand is the whole way of a sheet: it is read whole."""

import pytest

from center.antiforgery.scramble.recovered import Strip, Verdict
from center.antiforgery.warm import warm


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_sheet_is_made_and_read_whole() -> None:
    found = warm()
    assert found.verdict is Verdict.READ
    assert set(found.strips) == {Strip.FINE}
