"""The terminal's own certificate is due: it renews it by itself, and nobody is turned away."""

import datetime
from collections.abc import Iterator

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from center import demo
from center.pki import issue
from center.pki.description import EndEntity
from center.pki.layout import State
from crypto.certificates import parse_pem_bundle
from crypto.keys import private_to_pem
from crypto.roles import Role
from kiosk.identity import enrol
from tests.journeys.conftest import visiting
from tests.journeys.resident import Resident
from tests.journeys.terminal import Stage, staged

pytestmark = pytest.mark.daemon

DAYS = datetime.timedelta(days=1)


@pytest.fixture(scope="module")
def due() -> Iterator[Stage]:
    """A terminal with a certificate that has five of its thirty days left."""
    with staged() as made:
        yield made


@pytest.fixture
def resident(due: Stage) -> Iterator[Resident]:
    """Somebody before it."""
    yield from visiting(due)


def test_it_renews_its_key_and_serves_with_the_new_one(resident: Resident) -> None:
    stage = resident.stage
    state = State(stage._state)
    key = ec.generate_private_key(ec.SECP256R1())
    what = EndEntity("t", "terminals", Role.TERMINAL, ("kiosk-0001",), "p-256")
    now = stage.clock.utc().replace(microsecond=0)
    valid = issue.Validity(now - 25 * DAYS, now + 5 * DAYS)
    old = issue.issue_ours(what, key, demo._terminal_authority(state), valid)
    path = state.identity("terminal")
    enrol(path, old.public_bytes(Encoding.PEM), private_to_pem(key))

    stage.restart_terminal()
    stage.until(lambda: ("terminal.identity", {"result": "renewed"}) in stage.entries(), "renewed")
    (new,) = parse_pem_bundle(path.read_bytes())
    assert new.serial_number != old.serial_number
    assert new.not_valid_after_utc > now + 28 * DAYS

    # The picture on the glass was painted before: its process met the old pair.
    resident.sees("start")
    resident.goes_to_form()
    resident.leaves()
    resident.nothing_was_charged()
