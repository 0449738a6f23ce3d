"""Centre and municipality as two processes would be, on one state: nothing is shared but that."""

import contextlib

import pytest

from center.clock import FixedClock
from center.demo import CENTRE, MUNICIPALITY, OCSP, Options, prepared
from center.http.server import ServersThread
from center.pki.layout import State
from tests.center.conftest import NOON
from tests.center.software_terminal import Line, Visit, terminal_context

pytestmark = pytest.mark.daemon


def test_a_certificate_through_both(pki_state: State) -> None:
    clock = FixedClock(NOON)
    with contextlib.ExitStack() as stack:
        drawing = stack.enter_context(prepared(Options(pki_state, clock, serve="municipality")))
        assert set(drawing.ports) == {MUNICIPALITY}
        stack.callback(ServersThread(drawing.listeners).close)
        options = Options(
            pki_state, clock, serve="centre", municipality_port=drawing.ports[MUNICIPALITY]
        )  # fmt: skip
        relaying = stack.enter_context(prepared(options))
        assert set(relaying.ports) == {CENTRE, OCSP}
        stack.callback(ServersThread(relaying.listeners).close)
        line = Line(relaying.ports[CENTRE], terminal_context(pki_state))
        stack.callback(line.close)
        visit = Visit(pki_state, "yamada-hanako", clock)
        visit.open(line)
        assert visit.authenticate(line).status == 200
        application = visit.application(application=b"apart-apart-0001")
        received = visit.delivered(visit.apply(line, application), application)
        assert received.copies.copies[0].pdf.startswith(b"%PDF-")
