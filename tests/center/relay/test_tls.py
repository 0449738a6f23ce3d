"""Who gets in: TLS 1.3 with a terminal's certificate, asked again at every request."""

import http.client
import json
import ssl

import pytest

from center.demo import CENTRE, MUNICIPALITY
from center.pki.layout import State
from center.wire.canonical import encode
from center.wire.endpoints import OPEN_VISIT, TICKET
from center.wire.messages import OpenVisit
from tests.center.conftest import RunningCentre
from tests.center.software_terminal import Line, terminal_context

pytestmark = pytest.mark.daemon

BODY = encode(OpenVisit(nonce=b"", at=1, calibration=""))
REFUSED = (ssl.SSLError, ConnectionError, http.client.HTTPException)


def bare_context(state: State) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(state.trust("centre-tls"))
    return context


def test_no_client_certificate(centre: RunningCentre) -> None:
    line = Line(centre.ports[CENTRE], bare_context(centre.state))
    with pytest.raises(REFUSED):
        line.post(OPEN_VISIT, BODY)
    line.close()


@pytest.mark.parametrize("name", ["centre-client", "municipality-server", "clerk"])
def test_a_certificate_of_another_family(centre: RunningCentre, name: str) -> None:
    line = Line(centre.ports[CENTRE], terminal_context(centre.state, name))
    with pytest.raises(REFUSED):
        line.post(OPEN_VISIT, BODY)
    line.close()


def test_nothing_older_than_tls_1_3(centre: RunningCentre) -> None:
    context = terminal_context(centre.state)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    line = Line(centre.ports[CENTRE], context)
    with pytest.raises(ssl.SSLError):
        line.post(OPEN_VISIT, BODY)
    line.close()


def test_no_session_is_resumed(centre: RunningCentre, line: Line) -> None:
    assert line.post(OPEN_VISIT, BODY).status == 200
    sock = line.connection.sock
    assert isinstance(sock, ssl.SSLSocket)
    assert sock.version() == "TLSv1.3"
    assert sock.session is None or not sock.session.has_ticket


def test_a_blocked_terminal_is_refused_on_its_open_connection(
    centre: RunningCentre, line: Line
) -> None:
    assert line.post(OPEN_VISIT, BODY).status == 200
    store = centre.store()
    store.block("kiosk-0001", "A. Clerk", 0)
    refused = line.post(OPEN_VISIT, BODY)
    assert (refused.status, refused.failure) == (403, "terminal.not_admitted")
    assert store.admit("kiosk-0001")
    store.close()
    assert line.post(OPEN_VISIT, BODY).status == 200


def test_a_certificate_that_ends_is_refused_on_its_open_connection(
    centre: RunningCentre, line: Line
) -> None:
    assert line.post(OPEN_VISIT, BODY).status == 200
    centre.clock.advance(20 * 365 * 86400)
    assert line.post(OPEN_VISIT, BODY).failure == "terminal.not_admitted"


def test_the_municipality_speaks_with_the_centre_alone(centre: RunningCentre) -> None:
    context = terminal_context(centre.state)
    context.load_verify_locations(centre.state.trust("municipalities-tls"))
    line = Line(centre.ports[MUNICIPALITY], context)
    with pytest.raises(REFUSED):
        line.post(TICKET, b"")
    line.close()


def test_the_centres_server_certificate_is_no_client_of_the_municipality(
    centre: RunningCentre,
) -> None:
    """Same root, other role: TLS or the role check refuses it."""
    context = terminal_context(centre.state, "centre-server")
    context.load_verify_locations(centre.state.trust("municipalities-tls"))
    line = Line(centre.ports[MUNICIPALITY], context)
    with pytest.raises(REFUSED):
        line.post(TICKET, b"")
    line.close()


def test_a_centre_out_of_date_is_not_taken_for_a_card_out_of_date(centre: RunningCentre) -> None:
    context = terminal_context(centre.state, "centre-client")
    context.load_verify_locations(centre.state.trust("municipalities-tls"))
    line = Line(centre.ports[MUNICIPALITY], context)
    assert line.post(TICKET, b"").failure == "wire.not_canonical"
    centre.clock.advance(20 * 365 * 86400)
    assert line.post(TICKET, b"").failure == "ticket.not_the_centre"
    line.close()


def test_openapi_is_published(line: Line) -> None:
    line.connection.request("GET", "/openapi.json")
    answer = line.connection.getresponse()
    published = json.loads(answer.read())
    assert answer.status == 200
    assert set(published["paths"]) == {
        "/v1/visits",
        "/v1/authentications",
        "/v1/applications",
        "/v1/outcomes",
        "/v1/identities",
    }
    body = published["paths"]["/v1/visits"]["post"]["requestBody"]
    schema = body["content"]["application/json"]["schema"]
    assert schema["required"] == ["at", "calibration", "nonce"]
    assert schema["additionalProperties"] is False
