"""Which card is whose: the link between a certificate's identity and a resident's record.

The link is made when a person registers at the office with the card on the table. A renewed
certificate has a new serial and needs a new link.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from cryptography import x509

from center.issuing.residents import Resident
from crypto.certificates import Identity, last_day
from crypto.errors import CheckFailed

_LEAP_DAY = "0229"
_LEAP_DAYS_SUBSTITUTE = "0228"


@dataclass(frozen=True, slots=True)
class Link:
    """One registration."""

    identity: Identity = field(repr=False)
    resident: str


class Registration:
    """All links, and the records they lead to."""

    def __init__(self, links: Iterable[Link], residents: Iterable[Resident]) -> None:
        self.residents = tuple(residents)
        self._by_id = {one.id: one for one in self.residents}
        self._by_card: dict[Identity, list[str]] = defaultdict(list)
        self._card_of: dict[str, Identity] = {}
        for link in links:
            self._by_card[link.identity].append(link.resident)
            self._card_of[link.resident] = link.identity

    def find(self, identity: Identity) -> Resident:
        """The one resident linked to the card.

        Raises CheckFailed `resident.unknown` and `resident.ambiguous`.
        """
        found = self._by_card.get(identity, [])
        if not found or found[0] not in self._by_id:
            raise CheckFailed("resident.unknown", "no record is linked to this certificate")
        if len(found) > 1:
            raise CheckFailed("resident.ambiguous", "several records are linked to it")
        return self._by_id[found[0]]

    def card_of(self, resident: Resident) -> Identity:
        """The card linked to a record, found from the record and from nothing else.

        Raises CheckFailed `resident.unknown`.
        """
        identity = self._card_of.get(resident.id)
        if identity is None:
            raise CheckFailed("resident.unknown", "the record is linked to no card")
        return identity

    def household(self, resident: Resident) -> tuple[Resident, ...]:
        """Everybody of the resident's household, in the order of the record."""
        return tuple(one for one in self.residents if one.household == resident.household)


def birthday_fits(resident: Resident, certificate: x509.Certificate) -> bool:
    """Whether the certificate ends on the record's birthday, in Japan.

    Somebody born on 29 February has it on the 28th where the year has no 29th.
    """
    ends = last_day(certificate)
    if resident.birthday == _LEAP_DAY and ends == _LEAP_DAYS_SUBSTITUTE:
        return True
    return ends == resident.birthday
