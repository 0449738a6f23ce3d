"""Messages as canonical JSON and back: one message, one byte string. No I/O, no clock.

Keys sorted, no spaces, UTF-8 unescaped; integers and strings only; bytes as base64url without
padding, tuples as arrays, nested records as objects. Whoever decodes accepts exactly what
`encode` would have written, so two readers can never see two messages in the same bytes.

Source: the idea and its reasons are RFC 8785 (JSON Canonicalization Scheme); RFC 4648 §5 for
base64url; RFC 7493 (I-JSON) §2.2 for the range of integers.
"""

import binascii
import dataclasses
import functools
import json
import typing
from collections.abc import Callable
from typing import Any, NoReturn, TypeVar

from center.wire.errors import NOT_CANONICAL, TOO_LARGE, UNKNOWN_FIELD, WireError
from center.wire.kinds import limit_bytes

M = TypeVar("M")
_Convert = Callable[[Any], Any]

INTEGER_MAX = 2**53 - 1
_TO_URL = bytes.maketrans(b"+/", b"-_")
_FROM_URL = str.maketrans("-_", "+/")


def encode(message: object) -> bytes:
    """The canonical bytes of `message`, one of the records of `center.wire.messages`.

    Raises WireError `wire.too_large` above the type's limit; TypeError or ValueError when a
    field holds what its type forbids (a defect of the caller).
    """
    cls: Any = type(message)
    data = _write(_to_json(cls)(message))
    if len(data) > limit_bytes(cls):
        raise WireError(TOO_LARGE, f"a {cls.__name__} may have {limit_bytes(cls)} bytes")
    return data


def decode(cls: type[M], data: bytes) -> M:
    """The `cls` whose canonical bytes are `data`.

    Raises WireError, whatever the bytes: `wire.too_large`, `wire.unknown_field` for a field
    that `cls` does not have, `wire.not_canonical` for everything else, missing and duplicate
    fields and wrong types included.
    """
    if len(data) > limit_bytes(cls):
        raise WireError(TOO_LARGE, f"a {cls.__name__} may have {limit_bytes(cls)} bytes")
    record: Any = cls
    try:
        message = _from_json(record)(_read(data))
        same = _write(_to_json(record)(message)) == data
    except (ValueError, TypeError, RecursionError) as error:
        # The cause is cut off: json's errors carry the document, which may be personal.
        raise WireError(NOT_CANONICAL, f"not a {cls.__name__} ({type(error).__name__})") from None
    if not same:
        raise WireError(NOT_CANONICAL, f"not the canonical form of a {cls.__name__}")
    return typing.cast("M", message)


def _write(value: object) -> bytes:
    text = json.dumps(
        value, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")
    )
    return text.encode()


def _refuse(literal: str) -> NoReturn:
    raise ValueError(f"a number that is no integer, of {len(literal)} characters")


def _read(data: bytes) -> object:
    return json.loads(data.decode(), parse_float=_refuse, parse_constant=_refuse)


# --- one converter a type, built once from the annotations ----------------------------------


def _integer(value: object) -> int:
    # bool is an int to Python, but not to the wire.
    if type(value) is not int or abs(value) > INTEGER_MAX:
        raise TypeError("an integer of at most 53 bits is expected")
    return value


def _string(value: object) -> str:
    if type(value) is not str:
        raise TypeError("a string is expected")
    return value


def _bytes_to_text(value: object) -> str:
    if type(value) is not bytes:
        raise TypeError("bytes are expected")
    return binascii.b2a_base64(value, newline=False).rstrip(b"=").translate(_TO_URL).decode()


def _bytes_from_text(value: object) -> bytes:
    text = _string(value).translate(_FROM_URL)
    # Padding bits that are not zero and foreign letters show when it is encoded again.
    return binascii.a2b_base64(text + "=" * (-len(text) % 4))


_SCALARS: dict[object, tuple[_Convert, _Convert]] = {
    int: (_integer, _integer),
    str: (_string, _string),
    bytes: (_bytes_to_text, _bytes_from_text),
}


@functools.cache
def _to_json(hint: Any) -> _Convert:
    if hint in _SCALARS:
        return _SCALARS[hint][0]
    if typing.get_origin(hint) is tuple:
        return _tuple(hint, _to_json, tuple, list)
    return _record_to_json(_record(hint))


@functools.cache
def _from_json(hint: Any) -> _Convert:
    if hint in _SCALARS:
        return _SCALARS[hint][1]
    if typing.get_origin(hint) is tuple:
        return _tuple(hint, _from_json, list, tuple)
    return _record_from_json(_record(hint))


def _record(hint: Any) -> type[Any]:
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        return hint
    raise TypeError(f"the wire carries no {hint}")


def _tuple(hint: Any, convert: Callable[[Any], _Convert], taken: Any, made: Any) -> _Convert:
    items = typing.get_args(hint)
    if items[-1] is Ellipsis:
        item = convert(items[0])

        def many(value: Any) -> Any:
            if type(value) is not taken:
                raise TypeError("an array is expected")
            return made([item(each) for each in value])

        return many
    parts = [convert(each) for each in items]

    def fixed(value: Any) -> Any:
        if not isinstance(value, taken) or len(value) != len(parts):
            raise TypeError(f"an array of {len(parts)} is expected")
        return made([part(each) for part, each in zip(parts, value, strict=True)])

    return fixed


def _record_to_json(cls: type[Any]) -> _Convert:
    fields = {name: _to_json(hint) for name, hint in typing.get_type_hints(cls).items()}

    def convert(value: Any) -> Any:
        if type(value) is not cls:
            raise TypeError(f"a {cls.__name__} is expected")
        return {name: part(getattr(value, name)) for name, part in fields.items()}

    return convert


def _record_from_json(cls: type[Any]) -> _Convert:
    fields = {name: _from_json(hint) for name, hint in typing.get_type_hints(cls).items()}

    def convert(value: Any) -> Any:
        if type(value) is not dict:
            raise TypeError("an object is expected")
        if not value.keys() <= fields.keys():
            raise WireError(UNKNOWN_FIELD, f"a {cls.__name__} has no such field")
        if len(value) != len(fields):
            raise TypeError(f"a {cls.__name__} lacks a field")
        return cls(**{name: part(value[name]) for name, part in fields.items()})

    return convert
