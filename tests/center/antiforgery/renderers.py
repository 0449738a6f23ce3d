"""Three independent renderers at 600 dpi, as grey dots, and Ghostscript as four inks."""

import subprocess
import tempfile
from pathlib import Path

import numpy as np
import pypdfium2
from numpy.typing import NDArray
from PIL import Image

Picture = NDArray[np.uint8]


def pdfium(pdf: bytes, page: int, dpi: int = 600) -> Picture:
    document = pypdfium2.PdfDocument(pdf)
    try:
        drawn = document[page].render(scale=dpi / 72, grayscale=True).to_numpy()
        return np.asarray(drawn.reshape(drawn.shape[:2]).copy())
    finally:
        document.close()


def poppler(pdf: bytes, page: int) -> Picture:
    return _outside(
        ["pdftoppm", "-r", "600", "-gray", "-f", str(page + 1), "-l", str(page + 1),
         "-singlefile", "{pdf}", "{out}"], "pgm", pdf,
    )  # fmt: skip


def ghostscript(pdf: bytes, page: int) -> Picture:
    return _outside(_gs("pgmraw", page), "pgm", pdf)


def ghostscript_inks(pdf: bytes, page: int, dpi: int = 600) -> Picture:
    """C, M, Y, K of every dot, as a device gets them that takes CMYK as it is."""
    return _outside(_gs("tiff32nc", page, dpi), "tif", pdf)


def _gs(device: str, page: int, dpi: int = 600) -> list[str]:
    kind = "pgm" if device == "pgmraw" else "tif"
    return ["gs", "-q", "-dNOPAUSE", "-dBATCH", "-dSAFER", f"-sDEVICE={device}", f"-r{dpi}",
            f"-dFirstPage={page + 1}", f"-dLastPage={page + 1}",
            "-sOutputFile={out}." + kind, "{pdf}"]  # fmt: skip


def _outside(command: list[str], kind: str, pdf: bytes) -> Picture:
    with tempfile.TemporaryDirectory(prefix="k") as place:
        source, out = Path(place) / "in.pdf", Path(place) / "out"
        source.write_bytes(pdf)
        words = [word.format(pdf=source, out=out) for word in command]
        subprocess.run(words, check=True, timeout=60)
        with Image.open(out.with_suffix(f".{kind}")) as picture:
            return np.array(picture)
