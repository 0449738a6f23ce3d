"""The process that decodes pages: it holds the keys, and never parses a file.

`python -m center.inquiry.decoder IN OUT DIRECTORY`: grey pages come on the socket IN, a frame each,
until one says that there are no more; then a frame goes to OUT with what was recovered of all
of them, pictures as PNG one after the other. DIRECTORY holds the keys.
"""

import io
import socket
import sys
from pathlib import Path
from typing import Any

from center.cell import close_the_doors, leave_the_network, reader_of
from center.frames import BadFrame, pack, unpack


def main(pages: int, answers: int, directory: Path) -> None:
    """Serve until a socket ends."""
    leave_the_network()
    import numpy as np

    from center.antiforgery.keyring import open_readers
    from center.antiforgery.scramble.decode import decode_picture
    from center.inquiry.rehearsal import rehearse

    keys, signers = open_readers(directory)
    rehearse()
    close_the_doors(pages, answers)
    with socket.socket(fileno=pages) as came, socket.socket(fileno=answers) as goes:
        goes.sendall(pack({"ready": 1}))
        read = reader_of(came)
        results: list[dict[str, Any]] = []
        pictures: list[bytes] = []
        while True:
            try:
                header, body = unpack(read)
            except (EOFError, BadFrame):
                return
            if "end" in header:
                goes.sendall(pack({"end": header["end"], "pages": results}, b"".join(pictures)))
                results, pictures = [], []
                continue
            shape = int(header["height"]), int(header["width"])
            # A copy, for it can be written to: else the compiled code would be another one.
            grey = np.frombuffer(body, np.uint8).reshape(shape).copy()
            said, picture = describe(decode_picture(grey, keys, signers))
            results.append(said)
            pictures.append(picture)


def describe(found: Any) -> tuple[dict[str, Any], bytes]:
    """A result as plain values and a PNG, b"" without a picture."""
    said: dict[str, Any] = {
        "verdict": found.verdict.value,
        "strips": [strip.value for strip in found.strips],
        "scan_dpi": round(found.reading.scan_dpi),
        "picture": 0,
    }
    if found.header is not None:
        outside = found.header.outside
        said |= {
            "document": outside.document,
            "page": outside.page,
            "pages": outside.pages,
            "issued": found.header.issued,
            "municipality": found.header.municipality.rstrip("\0"),
            "text": found.header.text,
            "text_is_whole": found.header.text_is_whole,
        }
    if found.picture is None:
        return said, b""
    picture = _png(found.picture)
    said |= {"picture": len(picture), "dpi": found.dpi}
    return said, picture


def _png(grey: Any) -> bytes:
    from PIL import Image

    out = io.BytesIO()
    Image.fromarray(grey).save(out, "PNG", compress_level=3)
    return out.getvalue()


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]))
