"""Departures from the standard as data: TOML keyed by maker and product, checked when read.

A family's row is found by the words a device says of itself, never by an address: the same
firmware behind another address departs in the same way.
"""

import dataclasses
import enum
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Self

from drivers.coin.tables import STANDARD, Quirks

_BUILT_IN = Path(__file__).with_name("quirks.toml")
_TYPES: Mapping[str, type] = {
    each.name: type(getattr(STANDARD, each.name)) for each in dataclasses.fields(Quirks)
}
_REGISTERS = range(1, 4)


class BadQuirks(ValueError):
    """A file of families is not what it must be; says which row and key."""


@dataclass(frozen=True, slots=True)
class Family:
    """Devices whose maker and product begin with these words."""

    maker: str
    product: str
    quirks: Quirks

    def fits(self, maker: str, product: str) -> bool:
        """True if a device with these words is of this family."""
        return _begins(maker, self.maker) and _begins(product, self.product)


@dataclass(frozen=True, slots=True)
class QuirkBook:
    """The families of one terminal: those of its own file before the built-in ones."""

    own: tuple[Family, ...] = ()

    @classmethod
    def of_file(cls, path: str) -> Self:
        """The book with the families of a TOML file; an empty path adds none. Raises BadQuirks."""
        return cls(read_families(Path(path)) if path else ())

    def of(self, maker: str, product: str) -> Quirks:
        """How that device departs; `STANDARD` where no family fits."""
        families = (*self.own, *_built_in())
        return next((f.quirks for f in families if f.fits(maker, product)), STANDARD)


def read_families(path: Path) -> tuple[Family, ...]:
    """The families of a TOML file. Raises BadQuirks with one sentence."""
    try:
        rows = tomllib.loads(path.read_text(encoding="utf-8")).get("family", [])
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadQuirks(f"the file of device families cannot be read: {error}") from error
    if not isinstance(rows, list):
        raise BadQuirks("device families are written as [[family]]")
    return tuple(_family(number, row) for number, row in enumerate(rows, start=1))


def write_family(maker: str, product: str, quirks: Quirks) -> str:
    """The row of a family as TOML: what differs from the standard, and nothing else."""
    lines = ["[[family]]", f"maker = {_toml(maker)}", f"product = {_toml(product)}"]
    for name in _TYPES:
        value = getattr(quirks, name)
        if value != getattr(STANDARD, name):
            lines.append(f"{name} = {_toml(value)}")
    return "\n".join((*lines, ""))


@lru_cache(maxsize=1)
def _built_in() -> tuple[Family, ...]:
    return read_families(_BUILT_IN)


def _family(number: int, row: object) -> Family:
    if not isinstance(row, dict):
        raise BadQuirks(f"device family {number} is not a table")
    words = {name: row.get(name) for name in ("maker", "product")}
    if not all(isinstance(word, str) for word in words.values()):
        raise BadQuirks(f"device family {number} needs maker and product, both text")
    rest = {name: value for name, value in row.items() if name not in words}
    values = {name: _value(number, name, value) for name, value in rest.items()}
    return Family(str(words["maker"]), str(words["product"]), Quirks(**values))


def _value(number: int, name: str, value: object) -> Any:
    kind = _TYPES.get(name)
    if kind is None:
        raise BadQuirks(f"device family {number}: there is no key {name!r}")
    if issubclass(kind, enum.Enum):
        known = [member.value for member in kind]
        if value not in known:
            raise BadQuirks(f"device family {number}: {name} is one of {', '.join(known)}")
        return kind(value)
    if type(value) is not kind or (name == "registers" and value not in _REGISTERS):
        raise BadQuirks(f"device family {number}: {value!r} is no value of {name}")
    return value


def _toml(value: object) -> str:
    if isinstance(value, bool | int):
        return str(value).lower()
    text = "".join(c if c.isprintable() and c not in '"\\' else "?" for c in str(value))
    return f'"{text}"'


def _begins(text: str, prefix: str) -> bool:
    return text.upper().startswith(prefix.upper())
