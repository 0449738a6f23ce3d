"""The four inks of a page of a PDF, as a device gets them that takes CMYK as it is.

Ghostscript separates; no other free renderer leaves DeviceCMYK alone. It is started as a program,
and only by people who look at print files: nothing that issues a certificate needs it.
"""

import re
import subprocess

import numpy as np
from numpy.typing import NDArray

from center.antiforgery.colour import Vector

_LIMIT_S = 120
_COMMAND = ("gs", "-q", "-dNOPAUSE", "-dBATCH", "-dSAFER", "-sDEVICE=pamcmyk32")
_SIDES = (b"HEIGHT", b"WIDTH")


class NoInks(Exception):
    """The inks cannot be told; the sentence says why, and what to do."""


WHOLE = slice(None), slice(None)


def inks_of(pdf: bytes, page: int, dpi: int, part: tuple[slice, slice] = WHOLE) -> Vector:
    """C, M, Y, K from 0 to 1 of every dot of a page, counted from 0: height x width x 4.

    `part` is the rows and columns that are wanted. Nothing is smoothed: a dot has the ink of what
    covers its middle. Raises NoInks.
    """
    where = (f"-r{dpi}", f"-dFirstPage={page + 1}", f"-dLastPage={page + 1}")
    try:
        done = subprocess.run(
            [*_COMMAND, *where, "-sOutputFile=%stdout%", "-sstdout=%stderr", "-_"],
            input=pdf, capture_output=True, timeout=_LIMIT_S, check=True,
        )  # fmt: skip
    except FileNotFoundError:
        raise NoInks("Ghostscript separates the inks: install the package ghostscript.") from None
    except subprocess.SubprocessError:
        raise NoInks(f"Ghostscript cannot draw page {page + 1} of this file.") from None
    return _read(done.stdout, page)[part] / 255


def _read(picture: bytes, page: int) -> NDArray[np.uint8]:
    """A portable arbitrary map. Source: pam(5)."""
    head, found, dots = picture.partition(b"ENDHDR\n")
    sides = [re.search(rb"^%s (\d+)$" % word, head, re.MULTILINE) for word in _SIDES]
    height, width = (int(side[1]) if side else 0 for side in sides)
    if not found or len(dots) != 4 * height * width:
        raise NoInks(f"There is no page {page + 1} in this file, or Ghostscript cannot draw it.")
    return np.frombuffer(dots, np.uint8).reshape(height, width, 4)
