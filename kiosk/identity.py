"""Who this terminal is to the centre: a short-lived TLS key, renewed before it runs out.

The pair in use is one PEM file with certificate and key, so that a switch is one rename. Beside
it stand, while it is being renewed, `<file>.key` (the next key, not certified yet) and
`<file>.next` (the next pair, not tried yet). What to do follows from these files and the time
alone, so that whoever is killed anywhere simply goes on; the pair in use is touched by nothing
but the rename, and only after the next pair opened a visit at the centre.

Source: RFC 7030 §4.2.2 (renewal with the certificate in use), RFC 2986 (PKCS #10), rename(2).
"""

import contextlib
import dataclasses
import enum
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from center.wire import endpoints
from center.wire.canonical import decode, encode
from center.wire.messages import OpenVisit, RenewedIdentity, RenewIdentity, VisitOpened
from center.wire.signed import open_signed
from crypto.certificates import key_hash, parse, parse_pem_bundle
from crypto.errors import CheckFailed
from crypto.keys import private_from_pem, private_to_pem
from crypto.roles import Trust
from drivers.clock import Clock
from kiosk.center_client import CenterConfig, CentreLine, load_trust

UNUSABLE = "identity.unusable"
EXPIRED = "identity.expired"
NEXT_REFUSED = "identity.next_refused"
DISK = "identity.disk"
"""What an OSError of `Identity.renew` is called where failures have names."""
_NONCE_BYTES = 32
_LATER = frozenset({"centre.unreachable", "centre.timeout", "centre.failed"})
"""Failures that say nothing about the next pair."""


class Step(enum.StrEnum):
    """What comes next in the life of a terminal's key."""

    WAIT = "wait"
    TIDY = "tidy"  # remove what an earlier renewal left behind
    MAKE_KEY = "make_key"
    ASK = "ask"  # the centre for a certificate of the next key
    TRY = "try"  # the next pair at the centre, and switch to it
    FAIL = "fail"  # only a technician can help


@dataclass(frozen=True, slots=True)
class Span:
    """Validity of a certificate, UTC seconds, both ends included."""

    begins: int
    ends: int

    @classmethod
    def of(cls, certificate: x509.Certificate) -> "Span":
        """Of a certificate."""
        begins, ends = certificate.not_valid_before_utc, certificate.not_valid_after_utc
        return cls(int(begins.timestamp()), int(ends.timestamp()))

    @property
    def renewal(self) -> int:
        """When two thirds of its life are over."""
        return self.begins + (self.ends - self.begins) * 2 // 3

    def holds(self, at: int) -> bool:
        """Whether it is valid at `at`."""
        return self.begins <= at <= self.ends


@dataclass(frozen=True, slots=True)
class Held:
    """What lies on the disk. `left_over`: files of a renewal that came to nothing."""

    current: Span
    next: Span | None = None
    key: bool = False
    left_over: bool = False


def plan(held: Held, at: int) -> Step:
    """The one step to take now. Pure."""
    if held.next is not None and held.next.holds(at) and held.next.ends > held.current.ends:
        return Step.TRY
    if held.next is not None or held.left_over:
        return Step.TIDY
    if not held.current.holds(at):
        return Step.FAIL
    if at < held.current.renewal:
        return Step.TIDY if held.key else Step.WAIT
    return Step.ASK if held.key else Step.MAKE_KEY


@dataclass(frozen=True, slots=True)
class Renewed:
    """What `Identity.renew` came to."""

    switched: bool
    """True: from the next visit on the terminal shows the new certificate."""
    look_again: int
    """UTC seconds."""


@dataclass(frozen=True, slots=True)
class _Pair:
    certificate: x509.Certificate = field(repr=False)
    key: ec.EllipticCurvePrivateKey = field(repr=False)

    @property
    def span(self) -> Span:
        return Span.of(self.certificate)


class Identity:
    """The files of one terminal's key. One process, one thread at a time."""

    def __init__(self, config: CenterConfig, clock: Clock) -> None:
        """Raises CheckFailed `identity.unusable` unless certificate and key are one file."""
        if config.certificate != config.key:
            raise CheckFailed(
                UNUSABLE, "center.certificate and center.key must be one file to be renewed"
            )
        self._config = config
        self._clock = clock
        self._file = Path(config.certificate)
        self._key = self._file.with_name(f"{self._file.name}.key")
        self._next = self._file.with_name(f"{self._file.name}.next")

    def renew(self) -> Renewed:
        """Do what is due, to the end; nothing most of the time. Blocks for a few requests.

        May be killed anywhere and called again. A visit that holds the pair in use in memory
        goes on with it; the authority still stands behind it.
        Raises CheckFailed: `identity.unusable`, `identity.expired` (a technician enrols the
        terminal anew), `identity.next_refused` (another pair is made next time), and those of
        `CentreLine.post`; the pair in use is as it was then. OSError where the disk fails.
        """
        switched = False
        while (step := plan(self._held(), self._now())) is not Step.WAIT:
            switched = self._take(step) or switched
        return Renewed(switched, self._current().span.renewal)

    def _take(self, step: Step) -> bool:
        """Take one step; whether it was the switch."""
        match step:
            case Step.MAKE_KEY:
                key = private_to_pem(ec.generate_private_key(ec.SECP256R1()))
                _write(self._key, key)
            case Step.ASK:
                self._ask()
            case Step.TRY:
                self._try()
                return True
            case Step.TIDY | Step.WAIT:
                self._tidy()
            case Step.FAIL:
                raise CheckFailed(EXPIRED, "the terminal's certificate has run out")
        return False

    def _ask(self) -> None:
        pem = self._key.read_bytes()
        key = private_from_pem(pem)
        assert isinstance(key, ec.EllipticCurvePrivateKey)  # noqa: S101  # `_held` has looked
        request = x509.CertificateSigningRequestBuilder(x509.Name([])).sign(key, hashes.SHA256())
        body = encode(RenewIdentity(request.public_bytes(Encoding.DER)))
        answer = CentreLine(self._config).post(endpoints.RENEW, body)
        certificate = parse(decode(RenewedIdentity, answer).certificate, NEXT_REFUSED)
        if certificate.public_key() != key.public_key():
            raise CheckFailed(NEXT_REFUSED, "the centre certified another key")
        span, now = Span.of(certificate), self._now()
        if not (span.holds(now) and now < span.renewal and span.ends > self._current().span.ends):
            raise CheckFailed(NEXT_REFUSED, "the centre's certificate would be no gain")
        _write(self._next, certificate.public_bytes(Encoding.PEM) + pem)

    def _try(self) -> None:
        """Open a visit with the next pair; only then it takes the place of the one in use."""
        config = dataclasses.replace(
            self._config, certificate=str(self._next), key=str(self._next)
        )  # fmt: skip
        try:
            self._open_visit(config)
        except CheckFailed as refused:
            if refused.failure in _LATER:
                raise
            self._tidy()
            raise CheckFailed(NEXT_REFUSED, refused.failure) from None
        self._next.replace(self._file)
        _sync(self._file.parent)
        self._tidy()

    def _open_visit(self, config: CenterConfig) -> None:
        """Raises CheckFailed unless the centre sees this very terminal behind the new key."""
        trust, now = load_trust(config), self._now()
        nonce = secrets.token_bytes(_NONCE_BYTES)
        asked = encode(OpenVisit(nonce=nonce, at=now, calibration=""))
        envelope = CentreLine(config).post(endpoints.OPEN_VISIT, asked)
        centres: Trust = trust.statements.centres
        opened = open_signed(VisitOpened, envelope, centres, now, "visit.bad_signature").message
        own = load_trust(self._config).terminal
        if (opened.nonce, opened.terminal, opened.terminal_key) != (nonce, own, trust.terminal_key):
            raise CheckFailed("visit.not_for_us", "the centre sees another terminal")

    def _held(self) -> Held:
        current, upcoming = self._current(), _pair(self._next)
        made = _key_of(self._key)
        fresh = made is not None and made.public_key() != current.key.public_key()
        same = upcoming is not None and key_hash(upcoming.key.public_key()) == key_hash(
            current.key.public_key()
        )
        broken = (self._next.exists() and (upcoming is None or same)) or (
            self._key.exists() and not fresh
        )
        span = upcoming.span if upcoming is not None and not same else None
        stray = any(self._file.parent.glob(f"{self._file.name}.*.part"))
        return Held(current.span, span, key=fresh, left_over=broken or stray)

    def _current(self) -> _Pair:
        pair = _pair(self._file)
        if pair is None:
            raise CheckFailed(UNUSABLE, "the terminal's certificate and key cannot be read")
        return pair

    def _tidy(self) -> None:
        for part in self._file.parent.glob(f"{self._file.name}.*.part"):
            part.unlink(missing_ok=True)
        self._next.unlink(missing_ok=True)
        self._key.unlink(missing_ok=True)
        _sync(self._file.parent)

    def _now(self) -> int:
        return int(self._clock.utc().timestamp())


def enrol(path: Path, certificate: bytes, key: bytes) -> None:
    """Put a first pair (PEM each) at `path`, as `Identity` keeps it. Raises OSError."""
    _write(path, certificate + key)


def _pair(path: Path) -> _Pair | None:
    """Certificate and key in `path`, if both are there and belong together."""
    key = _key_of(path)
    if key is None:
        return None
    with contextlib.suppress(CheckFailed):
        certificate = parse_pem_bundle(path.read_bytes())[0]
        if certificate.public_key() == key.public_key():
            return _Pair(certificate, key)
    return None


def _key_of(path: Path) -> ec.EllipticCurvePrivateKey | None:
    try:
        key = private_from_pem(path.read_bytes())
    except (FileNotFoundError, CheckFailed):
        return None
    return key if isinstance(key, ec.EllipticCurvePrivateKey) else None


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all, on the disk when it returns, for the owner's eyes only."""
    part = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
    _sync(path.parent)


def _sync(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
