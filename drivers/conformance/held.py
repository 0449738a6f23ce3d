"""A driver held to its contract: what it raises and gives back is judged, whoever wrote it.

A driver of another make that raises KeyError, or gives back None, has broken its contract; that
is a word about the driver, never a defect of the kit.
"""

import types
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from drivers.conformance.case import NotApplicable, Undecided, Violation
from drivers.errors import DeviceError
from drivers.link.port import LinkLost

Driver = TypeVar("Driver")

_OURS = (DeviceError, LinkLost, Violation, Undecided, NotApplicable)
"""What any contract may raise, and what our own lines and hands raise through a driver."""


def held(make: Callable[[], Driver], contract: type, *named: type[Exception]) -> Driver:
    """The driver that `make` builds, as the cases call it.

    A method raises only DeviceError and what else its contract names (`named`), and gives back
    what the contract's annotations say, fields of records included. Raises Violation for anything
    else, also where `make` fails or a method is missing.
    """
    allowed: tuple[type[Exception], ...] = (*_OURS, *named)
    try:
        driver = make()
    except allowed:
        raise
    except Exception as error:
        raise Violation(f"it cannot be made: {_words(error)}") from error
    return cast("Driver", _Held(driver, contract, allowed))


class _Held:
    """Passes every call on."""

    def __init__(
        self, driver: object, contract: type, allowed: tuple[type[Exception], ...]
    ) -> None:
        self._driver = driver
        self._contract = contract
        self._allowed = allowed

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._driver, name, None)
        if not callable(method):
            raise Violation(f"it has no method `{name}`")

        def called(*args: Any, **kwargs: Any) -> Any:
            try:
                answer = method(*args, **kwargs)
            except self._allowed:
                raise
            except Exception as error:
                raise Violation(f"`{name}` raised {_words(error)}") from error
            if wrong := misfit(answer, _promised(self._contract, name), "what it gave back"):
                raise Violation(f"`{name}`: {wrong}")
            return answer

        return called


def misfit(value: object, hint: Any, where: str) -> str:
    """In which point the value is not what the annotation says, or empty. Shows no value."""
    origin, parts = get_origin(hint), get_args(hint)
    if origin in {Union, types.UnionType}:
        found = [misfit(value, part, where) for part in parts]
        fitting = "" in found
        return "" if fitting else _is(where, value, hint)
    kind = origin or hint
    if not isinstance(value, _KINDS.get(kind, kind)):
        return _is(where, value, hint)
    if isinstance(value, tuple | frozenset) and parts:
        return _first(misfit(each, parts[0], f"one of {where}") for each in value)
    if is_dataclass(value):
        hints = _fields(kind)
        return _first(misfit(getattr(value, n), hints[n], f"{where}: {n}") for n in hints)
    return ""


_KINDS: dict[Any, Any] = {None: types.NoneType, float: (int, float), Any: object}
"""Annotations that are no class to ask for."""


def _first(found: Any) -> str:
    return next(filter(None, found), "")


def _is(where: str, value: object, hint: Any) -> str:
    return f"{where} is a {type(value).__name__}, not {getattr(hint, '__name__', hint)}"


@cache
def _promised(contract: type, name: str) -> Any:
    method = getattr(contract, name, None)
    return get_type_hints(method).get("return", Any) if method else Any


@cache
def _fields(record: Any) -> dict[str, Any]:
    hints = get_type_hints(record)
    return {field.name: hints[field.name] for field in fields(record)}


def _words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
