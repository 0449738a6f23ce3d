"""IPP messages as bytes and back. No wire, no clock.

`decode_message(encode_message(m)) == m`. Any bytes decode to a `Message` or raise `PeerError`.
Source: RFC 8010 3 (encoding of the operation layer), 3.1.6 and 3.1.7 (collections).
"""

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

from drivers.errors import PeerError
from drivers.printer.tables import (
    FIRST_VALUE_TAG,
    INTEGERS,
    LOCALIZED,
    OUT_OF_BAND,
    STRINGS,
    GroupTag,
    Tag,
)

_DEPTH: Final = 8
"""Collections inside collections we follow; IPP itself needs three (media-col-database)."""


class Resolution(NamedTuple):
    """RFC 8010 3.9: `unit` 3 is dots per inch, 4 dots per centimetre."""

    across: int
    along: int
    unit: int = 3


class Range(NamedTuple):
    """RFC 8010 3.9: both ends belong to it."""

    lower: int
    upper: int


class Localized(NamedTuple):
    """A text or name with its language."""

    language: str
    text: str


@dataclass(frozen=True, slots=True)
class Value:
    """One value. The type of `data` follows from `tag`; an unknown tag keeps its bytes."""

    tag: int
    data: "Data" = None

    def members(self) -> "tuple[Attribute, ...]":
        """What a collection holds; empty for any other value."""
        if self.tag != Tag.COLLECTION or not isinstance(self.data, tuple):
            return ()
        return tuple(member for member in self.data if isinstance(member, Attribute))


@dataclass(frozen=True, slots=True)
class Attribute:
    """A name and its values, in order (IPP's 1setOf)."""

    name: str
    values: tuple[Value, ...]


Data = int | bool | str | bytes | Resolution | Range | Localized | tuple[Attribute, ...] | None


@dataclass(frozen=True, slots=True)
class Group:
    """An attribute group, with readers that never fail: a wrong type reads as absent, and what is
    no UTF-8 as U+FFFD, so that any text can be shown, logged and digested."""

    tag: int
    attributes: tuple[Attribute, ...]

    def values(self, name: str) -> tuple[Value, ...]:
        """All values of that name; empty where there is none."""
        return next((a.values for a in self.attributes if a.name == name), ())

    def texts(self, name: str) -> tuple[str, ...]:
        """The values that are strings of any kind."""
        return tuple(_texts(self.values(name)))

    def text(self, name: str) -> str:
        """The first string, or ""."""
        return next(_texts(self.values(name)), "")

    def integer(self, name: str, default: int = -1) -> int:
        """The first integer or enum, or `default`."""
        found = (v.data for v in self.values(name) if v.tag in INTEGERS)
        return next((data for data in found if isinstance(data, int)), default)

    def integers(self, name: str) -> tuple[int, ...]:
        """All integers and enums."""
        found = (v.data for v in self.values(name) if v.tag in INTEGERS)
        return tuple(data for data in found if isinstance(data, int))

    def boolean(self, name: str) -> bool | None:
        """The first boolean, or None."""
        found = (v.data for v in self.values(name) if v.tag == Tag.BOOLEAN)
        return next((data for data in found if isinstance(data, bool)), None)

    def octets(self, name: str) -> tuple[bytes, ...]:
        """The values that are octet strings."""
        return tuple(v.data for v in self.values(name) if isinstance(v.data, bytes))


def _texts(values: tuple[Value, ...]) -> Iterator[str]:
    for value in values:
        if isinstance(value.data, Localized):
            yield _readable(value.data.text)
        elif isinstance(value.data, str):
            yield _readable(value.data)


def _readable(text: str) -> str:
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


@dataclass(frozen=True, slots=True)
class Message:
    """A request (`code` is an operation) or a response (`code` is a status)."""

    code: int
    request_id: int
    groups: tuple[Group, ...]
    data: bytes = b""
    version: tuple[int, int] = (2, 0)

    def group(self, tag: int) -> Group:
        """The first group of that kind, or an empty one."""
        return next((g for g in self.groups if g.tag == tag), Group(tag, ()))

    def all_groups(self, tag: int) -> tuple[Group, ...]:
        """Every group of that kind, in order."""
        return tuple(g for g in self.groups if g.tag == tag)


# --- writing -----------------------------------------------------------------------------


def encode_message(message: Message) -> bytes:
    """The bytes of `message`. Raises ValueError where a value does not fit its tag."""
    parts = [struct.pack(">BBHi", *message.version, message.code, message.request_id)]
    for group in message.groups:
        parts.append(bytes([group.tag]))
        parts.extend(_attribute(attribute) for attribute in group.attributes)
    return b"".join([*parts, bytes([GroupTag.END]), message.data])


def _attribute(attribute: Attribute) -> bytes:
    if not attribute.values:
        raise ValueError(f"{attribute.name} has no value")
    name = attribute.name.encode("utf-8", "surrogateescape")
    first, *others = attribute.values
    return _value(name, first) + b"".join(_value(b"", value) for value in others)


def _value(name: bytes, value: Value) -> bytes:
    if value.tag == Tag.COLLECTION:
        return _field(Tag.COLLECTION, name, b"") + _members(value.data)
    try:
        return _field(value.tag, name, _octets(value))
    except (struct.error, TypeError, AttributeError) as error:
        raise ValueError(f"value does not fit tag 0x{value.tag:02x}") from error


def _field(tag: int, name: bytes, octets: bytes) -> bytes:
    return struct.pack(">BH", tag, len(name)) + name + struct.pack(">H", len(octets)) + octets


def _members(data: Data) -> bytes:
    if not isinstance(data, tuple):
        raise ValueError("a collection holds attributes")  # noqa: TRY004  (one documented type)
    parts = []
    for member in data:
        if not isinstance(member, Attribute) or not member.values:
            raise ValueError("a collection holds attributes with values")
        name = member.name.encode("utf-8", "surrogateescape")
        parts.append(_field(Tag.MEMBER_NAME, b"", name))
        parts.extend(_value(b"", value) for value in member.values)
    return b"".join(parts) + _field(Tag.END_COLLECTION, b"", b"")


def _octets(value: Value) -> bytes:
    tag, data = value.tag, value.data
    if tag in OUT_OF_BAND:
        return b""
    if tag in INTEGERS:
        return struct.pack(">i", data)
    if tag == Tag.BOOLEAN:
        return bytes([bool(data)])
    if isinstance(data, Resolution | Range):
        return struct.pack(">iib" if isinstance(data, Resolution) else ">ii", *data)
    if isinstance(data, Localized):
        parts = [part.encode("utf-8", "surrogateescape") for part in data]
        return b"".join(struct.pack(">H", len(part)) + part for part in parts)
    if isinstance(data, str):
        return data.encode("utf-8", "surrogateescape")
    if isinstance(data, bytes):
        return data
    raise TypeError(type(data).__name__)


# --- reading -----------------------------------------------------------------------------


def decode_message(octets: bytes) -> Message:
    """The message in `octets`; what follows its end is `data`. Raises PeerError."""
    reader = _Reader(octets)
    major, minor, code, request_id = struct.unpack(">BBHi", reader.take(8))
    groups: list[Group] = []
    tag = reader.byte()
    while tag != GroupTag.END:
        if tag >= FIRST_VALUE_TAG:
            raise _broken("begins with a value outside a group")
        tag, group = reader.group(tag)
        groups.append(group)
    return Message(code, request_id, tuple(groups), reader.rest(), (major, minor))


def _broken(what: str) -> PeerError:
    return PeerError("printer.offline", f"The printer's IPP message {what}.")


class _Reader:
    """A position in the bytes of one message."""

    def __init__(self, octets: bytes) -> None:
        self._octets = octets
        self._at = 0

    def take(self, length: int) -> bytes:
        end = self._at + length
        if end > len(self._octets):
            raise _broken("breaks off")
        taken = self._octets[self._at : end]
        self._at = end
        return taken

    def byte(self) -> int:
        return self.take(1)[0]

    def rest(self) -> bytes:
        return self._octets[self._at :]

    def short_string(self) -> bytes:
        return self.take(int.from_bytes(self.take(2), "big", signed=False))

    def group(self, tag: int) -> tuple[int, Group]:
        """Read one group; returns the delimiter after it as well."""
        found: list[tuple[str, list[Value]]] = []
        follower = self.byte()
        while follower >= FIRST_VALUE_TAG:
            name = _string(self.short_string())
            if name:
                found.append((name, []))
            elif not found:
                raise _broken("begins a group with a value that has no name")
            found[-1][1].append(self.value(follower, 0))
            follower = self.byte()
        return follower, Group(tag, _frozen(found))

    def value(self, tag: int, depth: int) -> Value:
        octets = self.short_string()
        if tag == Tag.COLLECTION:
            return Value(tag, self.members(depth + 1))
        if tag in {Tag.MEMBER_NAME, Tag.END_COLLECTION}:
            raise _broken("has a collection's member outside a collection")
        return Value(tag, _data(tag, octets))

    def members(self, depth: int) -> tuple[Attribute, ...]:
        if depth > _DEPTH:
            raise _broken("nests collections too deeply")
        found: list[tuple[str, list[Value]]] = []
        while (tag := self.byte()) != Tag.END_COLLECTION:
            if self.short_string():
                raise _broken("names a value inside a collection")
            if tag == Tag.MEMBER_NAME:
                found.append((_string(self.short_string()), []))
            elif tag < FIRST_VALUE_TAG or not found:
                raise _broken("has a collection without a member's name")
            else:
                found[-1][1].append(self.value(tag, depth))
        if self.short_string() or self.short_string():
            raise _broken("ends a collection with a value")
        if not all(values for _, values in found):
            raise _broken("has a member without a value")
        return _frozen(found)


def _frozen(found: list[tuple[str, list[Value]]]) -> tuple[Attribute, ...]:
    return tuple(Attribute(name, tuple(values)) for name, values in found)


def _string(octets: bytes) -> str:
    return octets.decode("utf-8", "surrogateescape")


def _localized(octets: bytes) -> Localized:
    reader = _Reader(octets)
    pair = Localized(_string(reader.short_string()), _string(reader.short_string()))
    if reader.rest():
        raise _broken("has a text longer than it says")
    return pair


_SIZES: Final = {
    Tag.INTEGER: 4,
    Tag.ENUM: 4,
    Tag.BOOLEAN: 1,
    Tag.RESOLUTION: 9,
    Tag.RANGE: 8,
    Tag.DATE_TIME: 11,
}


def _data(tag: int, octets: bytes) -> Data:
    if tag in _SIZES and len(octets) != _SIZES[Tag(tag)]:
        raise _broken(f"has a value of {len(octets)} bytes under tag 0x{tag:02x}")
    if tag in OUT_OF_BAND:
        return None
    if tag in LOCALIZED:
        return _localized(octets)
    if tag in STRINGS:
        return _string(octets)
    return _FIXED[tag](octets) if tag in _FIXED else octets


_FIXED: Final[dict[int, Callable[[bytes], Data]]] = {
    Tag.INTEGER: lambda octets: int.from_bytes(octets, "big", signed=True),
    Tag.ENUM: lambda octets: int.from_bytes(octets, "big", signed=True),
    Tag.BOOLEAN: lambda octets: octets != b"\x00",
    Tag.RESOLUTION: lambda octets: Resolution(*struct.unpack(">iib", octets)),
    Tag.RANGE: lambda octets: Range(*struct.unpack(">ii", octets)),
}
