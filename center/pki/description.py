"""`pki.toml` as values; every error is one sentence that says where."""

import dataclasses
import tomllib
from dataclasses import dataclass, field
from importlib import resources
from typing import Any, TypeVar

from crypto.roles import Role

R = TypeVar("R")
KEY_KINDS = ("rsa-2048", "p-256", "ed25519")


class DescriptionError(ValueError):
    """The description contradicts itself or does not hold what it must."""


@dataclass(frozen=True, slots=True)
class Root:
    """An authority of ours."""

    name: str
    key: str
    crl: bool = False


@dataclass(frozen=True, slots=True)
class EndEntity:
    """A certificate of ours."""

    name: str
    root: str
    role: Role
    names: tuple[str, ...]
    key: str
    hosts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Generation:
    """One key of the authority for user authentication."""

    name: str
    key_identifiers: bool


@dataclass(frozen=True, slots=True)
class SpecialCard:
    """A demo card beside the residents' own. `tries` None: as delivered."""

    name: str
    kind: str
    label: str
    resident: str = ""
    tries: int | None = None


@dataclass(frozen=True, slots=True)
class Cards:
    """What is not the default about the cards."""

    municipality: str
    generation: dict[str, str] = field(default_factory=dict)
    serial: dict[str, int] = field(default_factory=dict)
    special: tuple[SpecialCard, ...] = ()


@dataclass(frozen=True, slots=True)
class Description:
    """The whole PKI."""

    validity_days: int
    root_validity_days: int
    crl_validity_days: int
    terminal_validity_days: int
    signing_authority: str
    roots: tuple[Root, ...]
    certificates: tuple[EndEntity, ...]
    generations: tuple[Generation, ...]
    cards: Cards

    def generation_of(self, resident: str) -> Generation:
        """The generation that signs the card of `resident`; the last unless said otherwise."""
        name = self.cards.generation.get(resident, self.generations[-1].name)
        return next(each for each in self.generations if each.name == name)


def load() -> Description:
    """The description in the package. Raises DescriptionError."""
    return parse(resources.files(__package__).joinpath("pki.toml").read_text("utf-8"))


def parse(text: str) -> Description:
    """The description in `text`. Raises DescriptionError."""
    tables = tomllib.loads(text)
    cards = tables.pop("cards", {})
    cards["special"] = _records(SpecialCard, "cards.special", cards.get("special", []))
    certificates = [
        {**each, "role": _role(each), "names": tuple(each.get("names", ())),
         "hosts": tuple(each.get("hosts", ()))}
        for each in tables.pop("certificate", [])
    ]  # fmt: skip
    parts = {
        "roots": _records(Root, "root", tables.pop("root", [])),
        "certificates": _records(EndEntity, "certificate", certificates),
        "generations": _records(Generation, "generation", tables.pop("generation", [])),
        "cards": _record(Cards, "cards", cards),
    }
    description: Description = _record(Description, "pki.toml", {**tables, **parts})
    _check(description)
    return description


def _role(table: dict[str, Any]) -> Role:
    try:
        return Role(table.get("role", ""))
    except ValueError:
        raise DescriptionError(f"certificate: {table.get('name')} has no known role.") from None


def _records(cls: type[R], where: str, tables: list[dict[str, Any]]) -> tuple[R, ...]:
    return tuple(_record(cls, where, table) for table in tables)


def _record(cls: Any, where: str, table: dict[str, Any]) -> Any:
    unknown = table.keys() - {each.name for each in dataclasses.fields(cls)}
    if unknown:
        raise DescriptionError(f"{where}: unknown key {min(unknown)}.")
    try:
        return cls(**table)
    except TypeError:
        raise DescriptionError(f"{where}: a key is missing.") from None


def _check(description: Description) -> None:
    roots = [each.name for each in description.roots]
    generations = [each.name for each in description.generations]
    certificates = [each.name for each in description.certificates]
    names = [*roots, *generations, *certificates, description.signing_authority]
    demands = (
        (len(names) == len(set(names)), "name: two keys cannot share a directory."),
        (len(generations) > 0, "generation: there must be at least one."),
        ({each.root for each in description.certificates} <= set(roots),
         "certificate: one names a root that is not there."),
        (set(description.cards.generation.values()) <= set(generations),
         "cards.generation: one names a generation that is not there."),
        ({*(each.key for each in description.roots),
          *(each.key for each in description.certificates)} <= set(KEY_KINDS),
         f"key: must be one of {', '.join(KEY_KINDS)}."),
    )  # fmt: skip
    for holds, sentence in demands:
        if not holds:
            raise DescriptionError(sentence)
