"""Memory that a test of many pages keeps from one to the next."""

import ctypes
from collections.abc import Iterator

import pytest

_TRIM_THRESHOLD, _MMAP_MAX = -1, -4
"""Of mallopt(3)."""
_DEFAULT_MMAPS, _DEFAULT_TRIM_BYTES = 65_536, 128 * 1024


@pytest.fixture(scope="module")
def memory_is_kept() -> Iterator[None]:
    """Freed memory stays for the next sheet: fresh pages from the kernel cost a quarter."""
    libc = ctypes.CDLL(None)
    libc.mallopt(_MMAP_MAX, 0)
    libc.mallopt(_TRIM_THRESHOLD, 2**31 - 1)
    yield
    libc.mallopt(_MMAP_MAX, _DEFAULT_MMAPS)
    libc.mallopt(_TRIM_THRESHOLD, _DEFAULT_TRIM_BYTES)
    libc.malloc_trim(0)
