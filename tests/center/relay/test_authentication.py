"""M1 to M6: every refusal under its own name, over real TLS."""

import datetime
from collections.abc import Callable

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding

from center.demo import _signer
from center.pki import issue
from center.wire.canonical import decode, encode
from center.wire.endpoints import AUTHENTICATE, OPEN_VISIT
from center.wire.messages import OpenVisit, Refusal
from center.wire.signed import sign
from tests.center.conftest import RunningCentre
from tests.center.software_terminal import Line, Visit

pytestmark = pytest.mark.daemon


def opened(centre: RunningCentre, line: Line, card: str = "yamada-hanako") -> Visit:
    visit = centre.visit(card)
    visit.open(line)
    return visit


def test_a_visit_names_terminal_site_and_time_and_no_two_are_alike(
    centre: RunningCentre, line: Line
) -> None:
    visit = centre.visit()
    first, second = visit.open(line), visit.open(line)
    assert first.terminal == "kiosk-0001"
    assert first.site == "east"
    assert first.nonce == b"n" * 32
    assert (first.issued, first.valid_s) == (visit.at(), 300)
    assert first.visit != second.visit
    assert first.challenge != second.challenge


def test_offers_hold_all_the_form_needs(centre: RunningCentre, line: Line) -> None:
    visit = opened(centre, line, "watanabe-kenji")
    assert visit.authenticate(line).status == 200
    offers = visit.offers.message
    assert offers.municipality == "99201"
    assert offers.visit == visit.opened.message.visit
    assert offers.auth == visit.auth
    record, seal = offers.certificates
    assert (record.id, record.fee_yen, record.kinds) == (
        "resident_record",
        200,
        ("self", "household", "part"),
    )
    assert [one.id for one in record.options] == ["household_head", "domicile", "individual_number"]
    assert record.options[2].warning
    assert record.hours == "06:30-23:00"
    assert dict(record.message).keys() == {"ja", "en", "ko", "zh-Hans", "zh-Hant", "es", "pt"}
    assert (seal.id, seal.kinds, seal.options) == ("seal_registration", (), ())
    assert len(visit.sealed.members) == 7
    assert visit.sealed.birthday == "0707"
    assert visit.sealed.validity_basis == "birthday"


def test_offers_follow_the_record(centre: RunningCentre, line: Line) -> None:
    """No seal, no 印鑑登録証明書; no number held, no item for it."""
    ichiro = opened(centre, line, "yamada-ichiro")
    ichiro.authenticate(line)
    assert [one.id for one in ichiro.offers.message.certificates] == ["resident_record"]
    akira = opened(centre, line, "tsujimoto-akira")
    akira.authenticate(line)
    record = akira.offers.message.certificates[0]
    assert "individual_number" not in [one.id for one in record.options]
    assert akira.sealed.holds_individual_number == 0


def test_names_stand_only_in_the_sealed_part(centre: RunningCentre, line: Line) -> None:
    visit = opened(centre, line)
    answer = visit.authenticate(line)
    for member in visit.sealed.members:
        assert member.name.encode() not in answer.body
        assert member.name.encode() not in encode(visit.offers.message)


def test_one_serial_under_two_authorities_is_two_people(centre: RunningCentre, line: Line) -> None:
    names = set()
    for card in ("takasaki-noboru", "kim-minjun"):
        visit = opened(centre, line, card)
        assert visit.authenticate(line).status == 200
        applicant = visit.sealed.applicant
        names.add(next(one.name for one in visit.sealed.members if one.ref == applicant))
    assert names == {"髙﨑　昇", "KIM MINJUN"}


def test_the_same_authentication_again_is_a_retransmission(
    centre: RunningCentre, line: Line
) -> None:
    visit = opened(centre, line)
    body = visit.authentication()
    assert visit.authenticate(line, body).status == 200
    assert visit.authenticate(line, body).status == 200


def _used(centre: RunningCentre, line: Line, visit: Visit) -> bytes:
    visit.authenticate(line)
    return visit.authentication(visit.statement(seal_key=bytes(31) + b"\x09"))


def _expired(centre: RunningCentre, line: Line, visit: Visit) -> bytes:
    centre.clock.advance(301)
    return visit.authentication()


def _forged(centre: RunningCentre, line: Line, visit: Visit) -> bytes:
    by_municipality = _signer(centre.state, "municipality-statement")
    return visit.authentication(opened=sign(visit.opened.message, by_municipality))


def _other_signature(centre: RunningCentre, line: Line, visit: Visit) -> bytes:
    return visit.authentication(signature=visit.card.sign(b"x" * 32))


def _other_challenge(centre: RunningCentre, line: Line, visit: Visit) -> bytes:
    return visit.authentication(visit.statement(challenge=b"c" * 32))


def _other_terminal_stated(centre: RunningCentre, line: Line, visit: Visit) -> bytes:
    return visit.authentication(visit.statement(terminal="kiosk-0002"))


def _other_card(centre: RunningCentre, line: Line, visit: Visit) -> bytes:
    return visit.authentication(visit.statement(card=b"r" * 32))


def _swapped_certificate(centre: RunningCentre, line: Line, visit: Visit) -> bytes:
    return visit.authentication(certificate=centre.visit("yamada-taro").card.der)


def _signing_certificate(centre: RunningCentre, line: Line, visit: Visit) -> bytes:
    pem = (centre.state.card("yamada-hanako") / "sign-cert.pem").read_bytes()
    der = x509.load_pem_x509_certificate(pem).public_bytes(Encoding.DER)
    return visit.authentication(certificate=der)


def _foreign_authority(centre: RunningCentre, line: Line, visit: Visit) -> bytes:
    return visit.authentication(certificate=_self_made(centre))


def _no_certificate(centre: RunningCentre, line: Line, visit: Visit) -> bytes:
    return visit.authentication(certificate=b"\x30\x00")


def _domicile(centre: RunningCentre, line: Line, visit: Visit) -> bytes:
    return visit.authentication(visit.statement(scope="domicile"))


def _self_made(centre: RunningCentre) -> bytes:
    """The profile of a card's certificate under an authority with the right name."""
    at = centre.clock.utc()
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    valid = issue.Validity(at, at + datetime.timedelta(days=300))
    known = x509.load_pem_x509_certificate(centre.state.certificate("jpki-auth-3").read_bytes())
    authority = issue.make_authority(known.subject, key, valid)
    what = issue.CardCertificate("0000000001KIOSK99201003A", 1, valid)
    return issue.issue_card(what, key, authority).public_bytes(Encoding.DER)


@pytest.mark.parametrize(
    ("bend", "failure"),
    [
        (_forged, "visit.unknown"),
        (_expired, "visit.expired"),
        (_used, "visit.used"),
        (_foreign_authority, "certificate.issuer_unknown"),
        (_no_certificate, "certificate.issuer_unknown"),
        (_signing_certificate, "certificate.issuer_unknown"),
        (_other_signature, "auth.bad_signature"),
        (_swapped_certificate, "auth.bad_signature"),
        (_other_challenge, "auth.bad_signature"),
        (_other_terminal_stated, "auth.bad_signature"),
        (_other_card, "auth.other_card"),
        (_domicile, "offers.none"),
    ],
)
def test_refused(
    centre: RunningCentre,
    line: Line,
    bend: Callable[[RunningCentre, Line, Visit], bytes],
    failure: str,
) -> None:
    visit = opened(centre, line)
    answer = line.post(AUTHENTICATE, bend(centre, line, visit))
    assert answer.failure == failure
    assert answer.status >= 400


@pytest.mark.parametrize(
    ("card", "failure"),
    [
        ("katsuragi-jun", "certificate.expired"),
        ("tsujimoto-megumi", "certificate.revoked"),
        ("yoshida-tsubasa", "resident.unknown"),
    ],
)
def test_cards_that_are_refused(centre: RunningCentre, line: Line, card: str, failure: str) -> None:
    assert opened(centre, line, card).authenticate(line).failure == failure


def test_the_municipality_says_no_in_its_own_words(centre: RunningCentre, line: Line) -> None:
    answer = opened(centre, line, "yoshida-tsubasa").authenticate(line)
    words = dict(decode(Refusal, answer.body).message)
    assert words.keys() == {"ja", "en", "ko", "zh-Hans", "zh-Hant", "es", "pt"}
    assert "見本市役所" in words["ja"]


def test_another_terminals_visit(centre: RunningCentre, line: Line) -> None:
    visit = opened(centre, line)
    other = centre.line("terminal-2")
    assert visit.authenticate(other).failure == "visit.other_terminal"
    other.close()
    assert visit.authenticate(line).status == 200, "the owner's visit is not spent by it"


def test_refusals_repeat_nothing_of_the_request(centre: RunningCentre, line: Line) -> None:
    answer = line.post(AUTHENTICATE, b'{"name":"' + "山田花子".encode() + b'"}')
    assert answer.failure == "wire.unknown_field"
    assert answer.body == b'{"failure":"wire.unknown_field","message":[]}'


@pytest.mark.parametrize(
    ("body", "status", "failure"),
    [
        (b"", 400, "wire.not_canonical"),
        (b"\xff\xfe", 400, "wire.not_canonical"),
        (b'{"at":1, "calibration":"","nonce":""}', 400, "wire.not_canonical"),
        (
            b'{"at":1,"calibration":"","nonce":"","terminal":"kiosk-0002"}',
            400,
            "wire.unknown_field",
        ),
        (b"[" * 70_000, 413, "wire.too_large"),
    ],
)
def test_what_is_not_canonical(line: Line, body: bytes, status: int, failure: str) -> None:
    answer = line.post(OPEN_VISIT, body)
    assert (answer.status, answer.failure) == (status, failure)
    line.close()
    again = encode(OpenVisit(nonce=b"", at=1, calibration=""))
    assert line.post(OPEN_VISIT, again).status == 200
