"""What the municipality offers, read from `municipality.toml`. Strict both ways."""

import datetime
import re
import tomllib
from dataclasses import dataclass, field, fields, replace
from importlib import resources
from typing import Any, TypeVar

from center.issuing.extract import Office
from center.wire.messages import OptionOffer

T = TypeVar("T")
_HOURS = re.compile(r"([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-4]):[0-5]\d")
ALL_DAY = "00:00-24:00"


class MunicipalityError(ValueError):
    """The municipality's file is not what it must be; the sentence says where."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """One certificate, as the file states it."""

    id: str
    fee_yen: int
    copies_max: int
    hours: str
    closed_weekdays: tuple[int, ...] = ()
    closed_days: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    message: tuple[tuple[str, str], ...] = ()
    option: tuple[OptionOffer, ...] = ()

    def __post_init__(self) -> None:
        if self.fee_yen < 0 or self.fee_yen % 10 or self.copies_max < 1:
            raise MunicipalityError(f"Certificate {self.id} has an impossible fee or copies_max.")
        if not _HOURS.fullmatch(self.hours):
            raise MunicipalityError(f"Certificate {self.id}: hours are HH:MM-HH:MM.")

    def is_open(self, local: datetime.datetime) -> bool:
        """Whether it is issued at this Japan time."""
        begin, end = self.hours.split("-")
        return (
            begin <= f"{local:%H:%M}" < end
            and local.weekday() not in self.closed_weekdays
            and f"{local:%m-%d}" not in self.closed_days
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Maintenance:
    """Nothing is offered from `begin` until `end` (Japan time)."""

    begin: datetime.datetime
    end: datetime.datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Municipality:
    """The whole file."""

    code: str
    name: str
    server: str
    birthday_rule: bool
    office: Office = field(repr=False)
    certificates: tuple[Offered, ...]
    maintenance: tuple[Maintenance, ...] = ()
    refusals: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = ()
    """(failure, (language, text) pairs): what the municipality says to a resident it refuses."""

    def words(self, failure: str) -> tuple[tuple[str, str], ...]:
        """The municipality's own words about a failure; () where it has none."""
        return dict(self.refusals).get(failure, ())

    def certificate(self, name: str) -> Offered | None:
        """The certificate of that id, if it is issued here."""
        return next((one for one in self.certificates if one.id == name), None)

    def in_maintenance(self, local: datetime.datetime) -> bool:
        """Whether nothing is offered at this Japan time."""
        naive = local.replace(tzinfo=None)
        return any(one.begin <= naive < one.end for one in self.maintenance)


def load() -> Municipality:
    """The municipality that ships with the demo. Raises MunicipalityError."""
    return parse(resources.files(__package__).joinpath("municipality.toml").read_text("utf-8"))


def parse(text: str) -> Municipality:
    """The municipality of such a file. Raises MunicipalityError with one sentence."""
    tables = tomllib.loads(text)
    unknown = tables.keys() - {"municipality", "office", "certificate", "maintenance", "refusal"}
    if unknown:
        raise MunicipalityError(f"Unknown section [{sorted(unknown)[0]}].")
    own: dict[str, Any] = tables.get("municipality", {})
    try:
        return Municipality(
            **own,
            office=_make(Office, {"municipality": own.get("name"), **tables.get("office", {})}),
            certificates=tuple(_offered(one) for one in tables.get("certificate", [])),
            maintenance=tuple(_make(Maintenance, one) for one in tables.get("maintenance", [])),
            refusals=tuple(_refusal(one) for one in tables.get("refusal", [])),
        )
    except TypeError as error:
        raise MunicipalityError("[municipality] has a wrong set of keys.") from error


def round_the_clock(municipality: Municipality) -> Municipality:
    """The same municipality, open at every hour (for a demo at night)."""
    always = tuple(
        replace(one, hours=ALL_DAY, closed_weekdays=(), closed_days=())
        for one in municipality.certificates
    )
    return replace(municipality, certificates=always)


def _offered(table: dict[str, Any]) -> Offered:
    return _make(
        Offered,
        {
            **{key: tuple(item) if isinstance(item, list) else item for key, item in table.items()},
            "message": tuple(table.get("message", {}).items()),
            "option": tuple(_make(OptionOffer, one) for one in table.get("option", [])),
        },
    )


def _refusal(table: dict[str, Any]) -> tuple[str, tuple[tuple[str, str], ...]]:
    if table.keys() != {"failure", "message"}:
        raise MunicipalityError("A [[refusal]] has failure and message, nothing else.")
    return table["failure"], tuple(table["message"].items())


def _make(cls: type[T], table: dict[str, Any]) -> T:
    known = {one.name for one in fields(cls)}  # type: ignore[arg-type]  # always a dataclass here
    unknown = table.keys() - known
    if unknown:
        raise MunicipalityError(f"Unknown key {sorted(unknown)[0]} of {cls.__name__}.")
    try:
        return cls(**table)
    except TypeError as error:
        raise MunicipalityError(f"{cls.__name__} lacks a key.") from error
