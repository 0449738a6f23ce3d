"""What the centre remembers of a visit between offer and delivery: in memory, no person."""

import threading
from dataclasses import dataclass, field

from center.wire.messages import Offers
from crypto.errors import CheckFailed

KEPT_MAX = 100_000


@dataclass(frozen=True, slots=True)
class Part:
    """What one server of the municipality offered."""

    server: str
    offers: Offers
    offer: bytes
    """D(M6)."""
    envelope: bytes = field(repr=False)
    """As the server signed it."""

    @property
    def ends(self) -> int:
        """The last second in which the offer holds."""
        return self.offers.issued + self.offers.valid_s


@dataclass(frozen=True, slots=True)
class AuthenticatedVisit:
    """A visit whose card was accepted, and what it was offered."""

    auth: bytes
    """D(M4)."""
    visit: bytes
    terminal: str
    calibration: str
    card: bytes
    sign_key: bytes
    seal_key: bytes
    parts: tuple[Part, ...]

    @property
    def ends(self) -> int:
        """The last second in which any of its offers holds."""
        return max(part.ends for part in self.parts)

    def part(self, municipality: str, server: str) -> Part | None:
        """What that server offered, or None."""
        for one in self.parts:
            if (one.offers.municipality, one.server) == (municipality, server):
                return one
        return None


class Visits:
    """Authenticated visits by D(M4), and calibrations by visit until then. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._by_auth: dict[bytes, AuthenticatedVisit] = {}
        self._calibrations: dict[bytes, tuple[str, int]] = {}

    def expect(self, visit: bytes, calibration: str, ends: int) -> None:
        """A visit was opened; remember its terminal's calibration as long as it may go on."""
        with self._lock:
            self._calibrations[visit] = (calibration, ends)
            while len(self._calibrations) > KEPT_MAX:
                del self._calibrations[next(iter(self._calibrations))]

    def calibration_of(self, visit: bytes) -> str:
        """The calibration id named when the visit was opened here, else ""."""
        with self._lock:
            return self._calibrations.get(visit, ("", 0))[0]

    def open(self, visit: AuthenticatedVisit, at: int) -> None:
        """Remember it; a repeated authentication replaces its own."""
        with self._lock:
            self._forget(at)
            self._by_auth[visit.auth] = visit

    def find(self, auth: bytes) -> AuthenticatedVisit:
        """The visit of an authentication. Raises CheckFailed `application.stale`."""
        with self._lock:
            visit = self._by_auth.get(auth)
        if visit is None:
            raise CheckFailed("application.stale", "no visit is open for this authentication")
        return visit

    def _forget(self, at: int) -> None:
        for auth in [key for key, one in self._by_auth.items() if one.ends < at]:
            del self._by_auth[auth]
        for visit in [key for key, (_, ends) in self._calibrations.items() if ends < at]:
            del self._calibrations[visit]
        while len(self._by_auth) >= KEPT_MAX:
            del self._by_auth[next(iter(self._by_auth))]
