"""From M1 to M10 over real TLS with a card in software."""

import pytest

from tests.center.conftest import RunningCentre
from tests.center.software_terminal import Line

pytestmark = pytest.mark.daemon


def test_from_touch_to_document(centre: RunningCentre, line: Line) -> None:
    visit = centre.visit()
    visit.open(line)
    answer = visit.authenticate(line)
    assert answer.status == 200, answer.body
    application = visit.application()
    answer = visit.apply(line, application)
    assert answer.status == 200, answer.body
    received = visit.delivered(answer, application)
    assert received.delivery.application == received.application
