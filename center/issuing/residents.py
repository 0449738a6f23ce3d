"""The invented residents of the stand-in municipality, read from `residents.toml`.

Source of the check digits: ordinance on individual numbers (個人番号の検査用数字を算出する算式,
総務省令平成26年第85号 第5条) and 住民基本台帳法施行規則 第1条 for the resident code; both are
modulo 11 over the same weights.
"""

import datetime
import enum
import functools
import tomllib
from collections import Counter
from dataclasses import dataclass, field, fields
from importlib import resources
from typing import Any


class CardState(enum.StrEnum):
    """What the resident's demo card is like."""

    GOOD = "good"
    EXPIRED = "expired"
    REVOKED = "revoked"
    UNKNOWN = "unknown"  # a good card that the municipality has not linked to anybody
    NONE = "none"


class ResidentsError(ValueError):
    """The residents' file contradicts itself; the sentence says where."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Household:
    """People of one address; `head` is the id of the 世帯主."""

    id: str
    address: str = field(repr=False)
    head: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Resident:
    """One person's record. Absent facts are "", None or 0."""

    id: str
    household: str
    name: str = field(repr=False)
    kana: str = field(repr=False)
    birth: datetime.date = field(repr=False)
    sex: str = field(repr=False)
    relation: str = field(repr=False)
    since: datetime.date = field(repr=False)
    moved_in: datetime.date = field(repr=False)
    notified: datetime.date = field(repr=False)
    address: str = field(repr=False)
    head: str = field(repr=False)
    """The name of the 世帯主."""
    resident_code: str = field(repr=False)
    card: CardState
    language: str
    pin: str = field(default="", repr=False)
    registered_domicile: str = field(default="", repr=False)
    first_registrant: str = field(default="", repr=False)
    nationality: str = field(default="", repr=False)
    residence_status: str = field(default="", repr=False)
    residence_period: str = field(default="", repr=False)
    residence_until: datetime.date | None = field(default=None, repr=False)
    residence_card: str = field(default="", repr=False)
    individual_number: str = field(default="", repr=False)
    seal: int = field(default=0, repr=False)

    @property
    def birthday(self) -> str:
        """Month and day as MMDD; 29 February stays 0229."""
        return f"{self.birth:%m%d}"


def check_digit(digits: str) -> str:
    """The modulo 11 check digit of an individual number's or resident code's other digits."""
    weighted = sum(int(digit) * (place % 6 + 2) for place, digit in enumerate(reversed(digits)))
    rest = weighted % 11
    return "0" if rest <= 1 else str(11 - rest)


@functools.cache
def load() -> tuple[Resident, ...]:
    """Every resident, in the order of the file. Raises ResidentsError; the same each time."""
    return parse(resources.files(__package__).joinpath("residents.toml").read_text("utf-8"))


def parse(text: str) -> tuple[Resident, ...]:
    """The residents of such a file. Raises ResidentsError with one sentence."""
    tables = tomllib.loads(text)
    households = {entry["id"]: Household(**entry) for entry in tables.get("household", [])}
    entries: list[dict[str, Any]] = tables.get("resident", [])
    names = {entry.get("id", ""): str(entry.get("name", "")) for entry in entries}
    residents = tuple(_resident(entry, households, names) for entry in entries)
    for resident in residents:
        _check(resident)
    for key in ("id", "individual_number", "resident_code", "seal"):
        _check_unique(key, residents)
    return residents


def _resident(
    entry: dict[str, Any], households: dict[str, Household], names: dict[str, str]
) -> Resident:
    who = entry.get("id", "without an id")
    unknown = entry.keys() - {one.name for one in fields(Resident)}
    if unknown:
        raise ResidentsError(f"Resident {who} has an unknown key: {sorted(unknown)[0]}.")
    household = households.get(entry.get("household", ""))
    if household is None or household.head not in names:
        raise ResidentsError(f"Resident {who} belongs to no complete household.")
    made = {
        **entry,
        "address": household.address,
        "head": names[household.head],
        "card": CardState(entry.get("card", "none")),
    }
    try:
        return Resident(**made)
    except TypeError as error:
        raise ResidentsError(f"Resident {who} lacks a key.") from error


def _check(resident: Resident) -> None:
    for number, length in ((resident.individual_number, 12), (resident.resident_code, 11)):
        if number and (len(number) != length or check_digit(number[:-1]) != number[-1]):
            raise ResidentsError(f"Resident {resident.id} has a number with a wrong check digit.")
    if bool(resident.registered_domicile) == bool(resident.nationality):
        raise ResidentsError(
            f"Resident {resident.id} needs either a registered domicile or a nationality."
        )
    if (resident.card is CardState.NONE) == bool(resident.pin):
        raise ResidentsError(f"Resident {resident.id} needs a PIN exactly if there is a card.")


def _check_unique(key: str, residents: tuple[Resident, ...]) -> None:
    seen = Counter(getattr(resident, key) for resident in residents)
    for value, times in seen.items():
        if value and times > 1:
            raise ResidentsError(f"Two residents have the same {key}.")
