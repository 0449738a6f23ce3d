"""Hypothesis strategies for every message, made from the records' own annotations."""

import dataclasses
import functools
import typing
from typing import Any

from hypothesis import strategies as st

from center.wire.canonical import INTEGER_MAX

_SCALARS: dict[Any, st.SearchStrategy[Any]] = {
    int: st.integers(-INTEGER_MAX, INTEGER_MAX),
    str: st.text(max_size=12),
    bytes: st.binary(max_size=40),
}


@functools.cache
def messages_of(hint: Any) -> st.SearchStrategy[Any]:
    """Values of `hint`: a scalar, a tuple or one of the records."""
    if hint in _SCALARS:
        return _SCALARS[hint]
    if typing.get_origin(hint) is tuple:
        items = typing.get_args(hint)
        if items[-1] is Ellipsis:
            return st.lists(messages_of(items[0]), max_size=3).map(tuple)
        return st.tuples(*(messages_of(each) for each in items))
    assert dataclasses.is_dataclass(hint)
    parts = {name: messages_of(part) for name, part in typing.get_type_hints(hint).items()}
    return st.builds(typing.cast("Any", hint), **parts)
