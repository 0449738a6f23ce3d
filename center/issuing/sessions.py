"""What the issuing server remembers between offer and application: in memory, for half an hour."""

import contextlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

from center.issuing.residents import Resident
from center.wire.canonical import encode
from center.wire.kinds import digest
from center.wire.messages import Offers
from crypto.errors import CheckFailed

KEPT_MAX = 10_000
"""Beyond this the oldest go; their residents start again."""


@dataclass(frozen=True, slots=True)
class Session:
    """One authenticated visit and what was offered to it."""

    auth: bytes
    visit: bytes
    scope: str
    sign_key: bytes
    card: bytes
    """The reference of the card that signed."""
    applicant: Resident = field(repr=False)
    refs: dict[str, Resident] = field(repr=False)
    """Random names of this visit for the members of the household."""
    offers: Offers

    @property
    def offer(self) -> bytes:
        """D(M6)."""
        return digest(Offers, encode(self.offers))

    @property
    def ends(self) -> int:
        """The last second in which the offer holds."""
        return self.offers.issued + self.offers.valid_s


@dataclass(slots=True)
class _Served:
    """An application of some id that was taken on."""

    digest: bytes
    ends: int
    done: bool = False


class Sessions:
    """Sessions by D(M4), and the applications that were served. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._by_auth: dict[bytes, Session] = {}
        self._served: dict[bytes, _Served] = {}

    def open(self, session: Session, at: int) -> None:
        """Remember `session`; a repeated authentication replaces its own."""
        with self._lock:
            self._forget(at)
            self._by_auth.pop(session.auth, None)
            self._by_auth[session.auth] = session

    def find(self, auth: bytes) -> Session:
        """The session of an authentication. Raises CheckFailed `application.stale`."""
        with self._lock:
            session = self._by_auth.get(auth)
        if session is None:
            raise CheckFailed("application.stale", "no offer is open for this authentication")
        return session

    @contextlib.contextmanager
    def serving(self, application: bytes, digest: bytes, ends: int) -> Iterator[None]:
        """Serve application D(M7) of that id inside; once it came to its end, never again.

        One that failed may be sent again as it is. It is remembered as long as an offer could
        still back it. Raises CheckFailed `application.replayed`.
        """
        with self._lock:
            before = self._served.get(application)
            if before is not None and (before.done or before.digest != digest):
                raise CheckFailed("application.replayed", "it was served before")
            self._served[application] = served = _Served(digest, ends)
        yield
        served.done = True

    def _forget(self, at: int) -> None:
        for auth in [key for key, one in self._by_auth.items() if one.ends < at]:
            del self._by_auth[auth]
        for application in [key for key, one in self._served.items() if one.ends < at]:
            del self._served[application]
        while len(self._by_auth) >= KEPT_MAX:
            del self._by_auth[next(iter(self._by_auth))]
