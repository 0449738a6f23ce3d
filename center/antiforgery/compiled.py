"""The one door to numba: loops over cells and pixels as machine code, kept between runs.

Everything compiled here is integer or single-precision arithmetic without reordering
(`fastmath` is off), so that two machines agree on every bit that is printed.
"""

from collections.abc import Callable
from typing import Any, ParamSpec, TypeAlias, TypeVar, cast

import numba
from numpy.typing import NDArray

P = ParamSpec("P")
R = TypeVar("R")

# Names for readers: the type checker cannot follow an element's type through arithmetic.
Bits: TypeAlias = NDArray[Any]
"""uint8, zeros and ones; one is ink."""
Grey: TypeAlias = NDArray[Any]
"""uint8, 0 black to 255 white."""
Soft: TypeAlias = NDArray[Any]
"""float32."""
Places: TypeAlias = NDArray[Any]
"""int32, positions of cells or of bits."""


def compiled(function: Callable[P, R]) -> Callable[P, R]:
    """`function` as machine code; compiled at its first call, then read from `__pycache__`."""
    return cast("Callable[P, R]", numba.njit(cache=True, nogil=True)(function))
