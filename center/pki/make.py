"""Make the demo's PKI and cards: what is there and still valid stays, the rest is made.

Whoever runs it twice gets the same certificates; whoever deletes a file gets that one anew, and
all that hung on it.
"""

import datetime
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from cryptography import x509

from center.issuing.residents import load
from center.pki import cards, issue
from center.pki import description as described
from center.pki.description import Description, EndEntity
from center.pki.issue import Authority, Validity
from center.pki.layout import State
from center.pki.store import SECRET, certificate_pem, keep_or_make, making, write_file
from crypto.certificates import is_signed_by
from crypto.keys import PrivateKey, private_to_pem
from crypto.roles import Role

AUTHENTICATION_UNIT = "JPKI for user authentication"
SIGNATURE_UNIT = "JPKI for digital signature"
AUTHENTICATION_TRUST = "jpki-auth"
MARGIN = datetime.timedelta(days=30)
"""What ends sooner than this is made anew."""
AUTHORITY_BEFORE = datetime.timedelta(days=8 * 365)
AUTHORITY_AFTER = datetime.timedelta(days=12 * 365)
"""The card authorities are older than the oldest card and outlive the newest."""


@dataclass(frozen=True, slots=True)
class _Maker:
    state: State
    description: Description
    at: datetime.datetime

    def lasts(self, certificate: x509.Certificate) -> bool:
        """Valid at `at` and for `MARGIN` after it."""
        begins, ends = certificate.not_valid_before_utc, certificate.not_valid_after_utc
        return begins <= self.at and self.at + MARGIN <= ends

    def root(self, name: str, kind: str) -> Authority:
        """A root of ours; its certificate is also what others trust."""
        valid = issue.validity(self.at, self.description.root_validity_days)
        made = self.authority(
            name, kind, lambda key: issue.make_authority(issue.our_name(name), key, valid)
        )
        write_file(self.state.trust(name), certificate_pem(made.certificate))
        return made

    def authority(self, name: str, kind: str, made: Callable[[PrivateKey], Authority]) -> Authority:
        key, certificate = keep_or_make(
            (self.state.key(name), self.state.certificate(name)),
            kind,
            self.lasts,
            lambda key: made(key).certificate,
        )
        return Authority(certificate, key)

    def end_entity(self, what: EndEntity, issuer: Authority) -> None:
        valid = issue.validity(self.at, self.description.validity_days)
        keep_or_make(
            (self.state.key(what.name), self.state.certificate(what.name)),
            what.key,
            lambda kept: self.lasts(kept) and is_signed_by(kept, issuer.certificate),
            lambda key: issue.issue_ours(what, key, issuer, valid),
        )

    def enrolment(self, what: EndEntity, issuer: Authority) -> None:
        """The first short-lived pair of a terminal. One that holds is the terminal's to renew."""
        path = self.state.identity(what.name)
        if _holds(path, issuer, self.at):
            return
        key = issue.make_key(what.key)
        valid = issue.validity(self.at, self.description.terminal_validity_days)
        certificate = issue.issue_ours(what, key, issuer, valid)
        write_file(path, certificate_pem(certificate) + private_to_pem(key), SECRET)

    def ocsp_delegate(self, name: str, issuer: Authority) -> None:
        valid = issue.validity(self.at, self.description.validity_days)
        delegate = self.state.ocsp(name)
        keep_or_make(
            (self.state.key(delegate), self.state.certificate(delegate)),
            "rsa-2048",
            lambda kept: self.lasts(kept) and is_signed_by(kept, issuer.certificate),
            lambda key: issue.issue_ocsp_delegate(key, issuer, valid),
        )


def make(state: State, at: datetime.datetime) -> None:
    """Have the whole PKI of `pki.toml` and all cards below `state`, valid at `at`.

    Idempotent; a second maker waits for the first. Takes a few seconds the first time, a tenth
    of one when everything is there. Raises `description.DescriptionError`.
    """
    description = described.load()
    maker = _Maker(state, description, at)
    with making(state):
        _make_ours(maker)
        authorities = _make_generations(maker)
        signing = _card_authority(maker, description.signing_authority, SIGNATURE_UNIT)
        cards.make_cards(state, cards.Issuance(description, authorities, signing, at), load())


def _make_ours(maker: _Maker) -> None:
    roots = {each.name: maker.root(each.name, each.key) for each in maker.description.roots}
    for each in maker.description.roots:
        if each.crl:
            _make_crl(maker, each.name, roots[each.name])
    for what in maker.description.certificates:
        maker.end_entity(what, roots[what.root])
        if what.role is Role.TERMINAL:
            maker.enrolment(what, roots[what.root])


def _holds(path: Path, issuer: Authority, at: datetime.datetime) -> bool:
    """Whether a certificate of `issuer` is in the file that is valid at `at`."""
    try:
        kept = x509.load_pem_x509_certificate(path.read_bytes())
    except (FileNotFoundError, ValueError):
        return False
    in_time = kept.not_valid_before_utc <= at <= kept.not_valid_after_utc
    return in_time and is_signed_by(kept, issuer.certificate)


def _make_crl(maker: _Maker, name: str, issuer: Authority) -> None:
    """Keep the list for the first half of its time."""
    path, days = maker.state.crl(name), maker.description.crl_validity_days
    if path.exists() and _lasts_half(path.read_bytes(), issuer, maker.at, days):
        return
    write_file(path, issue.make_crl(issuer, maker.at, days))


def _lasts_half(der: bytes, issuer: Authority, at: datetime.datetime, days: int) -> bool:
    try:
        kept = x509.load_der_x509_crl(der)
    except ValueError:
        return False
    ends = kept.next_update_utc
    fits = kept.is_signature_valid(issuer.certificate.public_key())  # type: ignore[arg-type]
    return fits and ends is not None and at + datetime.timedelta(days=days / 2) <= ends


def _make_generations(maker: _Maker) -> dict[str, Authority]:
    authorities = {}
    for each in maker.description.generations:
        made = _card_authority(
            maker, each.name, AUTHENTICATION_UNIT, identifiers=each.key_identifiers
        )
        maker.ocsp_delegate(each.name, made)
        authorities[each.name] = made
    bundle = b"".join(certificate_pem(each.certificate) for each in authorities.values())
    write_file(maker.state.trust(AUTHENTICATION_TRUST), bundle)
    return authorities


def _card_authority(maker: _Maker, name: str, unit: str, *, identifiers: bool = True) -> Authority:
    start = maker.at.replace(microsecond=0)
    valid = Validity(start - AUTHORITY_BEFORE, start + AUTHORITY_AFTER)
    subject = issue.jpki_name(unit)
    made = maker.authority(
        name,
        "rsa-2048",
        lambda key: issue.make_card_authority(subject, key, valid, key_identifiers=identifiers),
    )
    return replace(made, key_identifiers=identifiers)
