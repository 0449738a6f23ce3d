"""M6 at the terminal: the parts of all servers that know the card, checked and made into one form.

Each server names the household by references of its own. The resident sees one household; what
is chosen goes to the server that offers it, in that server's references. Pure; time is an argument.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from center.wire.canonical import decode
from center.wire.messages import CertificateOffer, MergedOffers, Offers, Person, SealedOffers
from center.wire.sealed import open_sealed
from center.wire.signed import Opened, open_signed
from crypto.errors import CheckFailed
from crypto.roles import Trust
from kiosk.certificates import CERTIFICATES, ITEMS, Kind
from kiosk.session import model as m


@dataclass(frozen=True, slots=True)
class Asked:
    """What the offers must answer, and who may say so."""

    visit: bytes
    auth: bytes
    """D(M4)."""
    last_day: str
    """Month and day on which the card's certificate ends."""
    municipalities: Trust
    seal: X25519PrivateKey = field(repr=False)


@dataclass(frozen=True, slots=True)
class Part:
    """What one server offers, opened."""

    server: str
    offers: Opened[Offers] = field(repr=False)
    personal: SealedOffers = field(repr=False)

    @property
    def applicant(self) -> Person:
        """The card's holder, as this server names them. Raises CheckFailed `offers.not_for_us`."""
        for one in self.personal.members:
            if one.ref == self.personal.applicant:
                return one
        raise CheckFailed("offers.not_for_us", "the applicant is not among those named")


@dataclass(frozen=True, slots=True)
class Merged:
    """All parts, the one first whose household the resident sees."""

    parts: tuple[Part, ...]

    def part_for(self, certificate: str) -> tuple[Part, CertificateOffer]:
        """Who offers the certificate: the first that does so now, else the first.

        Raises CheckFailed `application.other_offer`.
        """
        found = [
            (part, one)
            for part in self.parts
            for one in part.offers.message.certificates
            if one.id == certificate
        ]
        if not found:
            raise CheckFailed("application.other_offer", "it was not offered")
        return next((pair for pair in found if not pair[1].unavailable), found[0])

    def refs(self, part: Part) -> Mapping[str, str]:
        """The references the resident's form uses -> those of `part`, for whom it knows too.

        Known by the printed name, where it names one person on both sides; the applicant always.
        """
        ours, theirs = self.parts[0], part
        names = _by_name(theirs.personal.members)
        same = {
            ref: names[name]
            for name, ref in _by_name(ours.personal.members).items()
            if name in names
        }
        return same | {ours.personal.applicant: theirs.personal.applicant}

    def persons(self, part: Part, chosen: tuple[str, ...]) -> tuple[str, ...]:
        """Those chosen, in the references of `part`, sorted.

        Raises CheckFailed `application.other_offer` for somebody that server does not name.
        """
        refs = self.refs(part)
        if not set(chosen) <= refs.keys():
            raise CheckFailed("application.other_offer", "that server does not name somebody")
        return tuple(sorted(refs[one] for one in chosen))

    def as_form(self) -> m.Offers:
        """As the form needs them: only certificates, kinds and items this terminal knows."""
        first = self.parts[0]
        ids = dict.fromkeys(
            one.id for part in self.parts for one in part.offers.message.certificates
        )
        return m.Offers(
            municipality=first.offers.message.municipality_name,
            offers=tuple(_as_offer(self.part_for(one)[1]) for one in ids if one in CERTIFICATES),
            applicant=first.personal.applicant,
            members=tuple(m.Member(one.ref, one.name) for one in first.personal.members),
            code=first.offers.message.municipality,
        )


def open_offers(body: bytes, asked: Asked, at: int) -> Merged:
    """The offers in `body` (M6), each part signed for this visit by a server of one municipality.

    Raises WireError; CheckFailed, for each part in this order: `offers.bad_signature`,
    `offers.other_visit`, `offers.other_municipality`, `application.stale`, `offers.not_for_us`,
    `offers.birthday_differs`; then `offers.other_municipality` and `offers.other_person` where
    the parts contradict one another.
    """
    parts = tuple(_open_part(one, asked, at) for one in decode(MergedOffers, body).parts)
    if not parts:
        raise CheckFailed("offers.none", "nobody offers anything")
    _check_together(parts)
    household = max(parts, key=lambda one: len(one.personal.members))
    return Merged((household, *(one for one in parts if one is not household)))


def _open_part(envelope: bytes, asked: Asked, at: int) -> Part:
    opened = open_signed(Offers, envelope, asked.municipalities, at, "offers.bad_signature")
    offers = opened.message
    if (offers.visit, offers.auth) != (asked.visit, asked.auth):
        raise CheckFailed("offers.other_visit", "they answer another visit")
    code, server = opened.holder.names if opened.holder else ("", "")
    servers = {one.server for one in offers.certificates}
    if code != offers.municipality or not servers <= {server}:
        raise CheckFailed("offers.other_municipality", "another server signed them")
    if at > offers.issued + offers.valid_s:
        raise CheckFailed("application.stale", "the offers have run out")
    personal = open_sealed(
        SealedOffers, offers.sealed, asked.seal, asked.visit, "offers.not_for_us"
    )
    if personal.validity_basis == "birthday" and personal.birthday != asked.last_day:
        raise CheckFailed("offers.birthday_differs", "the certificate ends on another day")
    return Part(server, opened, personal)


def _check_together(parts: tuple[Part, ...]) -> None:
    municipalities = {one.offers.message.municipality for one in parts}
    if len(municipalities) != 1 or len({one.server for one in parts}) != len(parts):
        raise CheckFailed("offers.other_municipality", "parts that do not belong together")
    holders = {(one.applicant.name, one.personal.birthday) for one in parts}
    if len(holders) != 1:
        raise CheckFailed("offers.other_person", "two servers know the card as different people")


def _by_name(members: tuple[Person, ...]) -> dict[str, str]:
    """Printed name -> reference, of those whose name nobody else of them has."""
    often = Counter(one.name for one in members)
    return {one.name: one.ref for one in members if often[one.name] == 1}


def _as_offer(one: CertificateOffer) -> m.Offer:
    known = {kind.value for kind in Kind}
    return m.Offer(
        certificate=one.id, fee_yen=one.fee_yen, copies_max=one.copies_max,
        kinds=tuple(Kind(kind) for kind in one.kinds if kind in known),
        items=tuple(
            m.Item(item.id, on=item.default == "on", warns=bool(item.warning))
            for item in one.options
            if item.id in ITEMS
        ),
        languages=one.languages, message=one.message, hours=one.hours,
        unavailable=one.unavailable,
    )  # fmt: skip
