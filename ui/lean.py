"""pygame without what it imports only because it is there.

pygame tries numpy (for surface arrays) and pkg_resources (for its own data files) and goes on
without them. Neither is used here, and together they cost a third of a second and 20 MB in each
process. Everything in `ui` takes pygame from here.
"""

import contextlib
import os
import sys
from collections.abc import Iterator

_UNUSED = ("numpy", "pkg_resources")


@contextlib.contextmanager
def _absent(names: tuple[str, ...]) -> Iterator[None]:
    """Within the block importing any of the modules fails, as if it were not installed."""
    kept = {name: sys.modules.get(name) for name in names}
    sys.modules.update(dict.fromkeys(names))  # type: ignore[arg-type]  # None: import fails
    try:
        yield
    finally:
        for name, module in kept.items():
            if module is None:
                del sys.modules[name]
            else:
                sys.modules[name] = module


os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
with _absent(_UNUSED):
    import pygame

__all__ = ["pygame"]
