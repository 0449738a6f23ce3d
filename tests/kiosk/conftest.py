"""What several tests of the visit share: one centre at work, started once."""

from collections.abc import Iterator

import pytest

from tests.kiosk.centre_at_work import CentreAtWork, centre_at_work


@pytest.fixture(scope="session")
def running_work() -> Iterator[CentreAtWork]:
    with centre_at_work() as work:
        yield work


@pytest.fixture
def work(running_work: CentreAtWork) -> Iterator[CentreAtWork]:
    """The running centre at noon, with nothing suspended."""
    theirs, ours = running_work.theirs.utc(), running_work.ours.utc()
    yield running_work
    running_work.theirs.advance((theirs - running_work.theirs.utc()).total_seconds())
    running_work.ours.advance((ours - running_work.ours.utc()).total_seconds())
    running_work.clear()
