"""The way to the municipalities: routed by the card, and only to the server that is meant."""

import contextlib
import datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from center.demo import MUNICIPALITY, _trust
from center.http.server import bind, port_of
from center.http.tls import client_context
from center.relay.municipalities import (
    ExpectedServer,
    HttpIssuingService,
    Route,
    Routes,
    municipality_of,
)
from crypto.errors import CheckFailed
from crypto.roles import Role
from tests.center.conftest import RunningCentre


class Nobody:
    """A service that is never asked."""

    def offer(self, ticket: bytes) -> bytes:
        raise AssertionError

    def issue(self, application: bytes) -> bytes:
        raise AssertionError


def card(*names: str) -> x509.Certificate:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, one) for one in names])
    begin = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    end = begin + datetime.timedelta(days=1)
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, begin, end)
    return builder.sign(key, hashes.SHA256())


@pytest.mark.parametrize(
    ("names", "code"),
    [
        (("997794E9AGCIEG13221003A",), "13221"),
        (("0705D99000KIOSK99201003A",), "99201"),
        (("short",), ""),
        ((), ""),
        (("997794E9AGCIEG13221003A", "997794E9AGCIEG99201003A"), ""),
        (("997794E9AGCIEG1322X003A",), ""),
    ],
)
def test_the_code_in_a_cards_name(names: tuple[str, ...], code: str) -> None:
    """The first is the name of a public test card."""
    assert municipality_of(card(*names)) == code


def test_routing() -> None:
    routes = Routes((Route("99201", "main", Nobody()), Route("99202", "main", Nobody())))
    ours = card("0705D99000KIOSK99202003A")
    assert [one.municipality for one in routes.for_card(ours, "residence")] == ["99202"]
    for certificate, scope in ((ours, "domicile"), (card("nobody"), "residence")):
        with pytest.raises(CheckFailed, match=r"offers\.none"):
            routes.for_card(certificate, scope)
    assert routes.find("99201", "main").municipality == "99201"
    with pytest.raises(CheckFailed, match=r"municipality\.unreachable"):
        routes.find("99201", "tax")


def service(centre: RunningCentre, port: int, names: tuple[str, str]) -> HttpIssuingService:
    state = centre.state
    context = client_context(
        state.certificate("centre-client"),
        state.key("centre-client"),
        state.trust("municipalities-tls"),
    )
    trust = _trust(state, "municipalities-tls", Role.MUNICIPALITY_TLS)
    url = f"https://127.0.0.1:{port}"
    return HttpIssuingService(url, context, ExpectedServer(trust, names), centre.clock)


def refusal(centre: RunningCentre, port: int, names: tuple[str, str]) -> str:
    with (
        contextlib.closing(service(centre, port, names)) as asked,
        pytest.raises(CheckFailed) as caught,
    ):
        asked.offer(b"")
    return caught.value.failure


@pytest.mark.daemon
def test_nobody_listens(centre: RunningCentre) -> None:
    closed = bind()
    port = port_of(closed)
    closed.close()
    assert refusal(centre, port, ("99201", "main")) == "municipality.unreachable"


@pytest.mark.daemon
def test_another_municipalitys_server_answers(centre: RunningCentre) -> None:
    port = centre.ports[MUNICIPALITY]
    assert refusal(centre, port, ("99202", "main")) == "municipality.unreachable"


@pytest.mark.daemon
def test_what_a_municipality_says_about_the_centre_is_not_told_to_terminals(
    centre: RunningCentre,
) -> None:
    port = centre.ports[MUNICIPALITY]
    assert refusal(centre, port, ("99201", "main")) == "centre.failed"
