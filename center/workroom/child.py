"""The process that parses a municipality's documents, draws their marks and reads them back.

`python -m center.workroom.child FD KEYS`: frames on the socket FD, first whom to believe, then a
job each, until the socket ends. KEYS holds the keys of the scramble image, which must be here: who
draws a block signs it. What takes this process over could sign blocks, and has no network to tell
anybody of them.
"""

import base64
import signal
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from center.cell import close_the_doors, leave_the_network, reader_of
from center.frames import BadFrame, pack, unpack
from crypto.errors import CheckFailed

PARSE_CPU_S = 2.0
"""Of one document; a real one takes some ten milliseconds."""
SHEET_CPU_S = 3.0
"""Of one sheet's marks, made or read back; a real one takes some hundred milliseconds."""
MEMORY_BYTES = 1024**3
"""Beyond what is loaded."""
TOO_COMPLEX = "document.too_complex"

Answer = tuple[dict[str, Any], bytes]
Job = Callable[[dict[str, Any], bytes], Answer]


def main(descriptor: int, keys: Path) -> None:
    """Load everything, give everything up, and serve."""
    leave_the_network(with_parent=False)
    with socket.socket(fileno=descriptor) as line:
        read = reader_of(line)
        try:
            jobs = load(*unpack(read), keys)
        except (EOFError, BadFrame):
            return
        close_the_doors(descriptor, more_memory=MEMORY_BYTES)
        line.sendall(pack({"ready": 1}))
        while True:
            try:
                header, body = unpack(read)
            except (EOFError, BadFrame):
                return
            line.sendall(pack(*_done(jobs[header["do"]], header, body)))


def load(header: dict[str, Any], roots: bytes, keys: Path) -> dict[str, Job]:
    """The jobs, each done once already: what is loaded late is loaded now."""
    from center.antiforgery.keyring import open_keyring
    from center.antiforgery.marks import Engraver
    from center.antiforgery.reading import DeliveryContext
    from center.antiforgery.warm import rehearse
    from center.relay.inspection import stamp_in
    from crypto.certificates import parse_pem_bundle
    from crypto.pdf_signature import DocumentTrust, check_pdf

    crls = tuple(base64.b64decode(one) for one in header["crls"])
    trust = DocumentTrust(parse_pem_bundle(roots), crls)
    engraver = Engraver(open_keyring(keys))
    rehearse(engraver)

    def parse(said: dict[str, Any], pdf: bytes) -> Answer:
        _watch(PARSE_CPU_S)
        holder = check_pdf(pdf, trust, int(said["at"]), "document.bad_signature")
        return {"names": list(holder.names)}, stamp_in(pdf)

    def make(said: dict[str, Any], pdf: bytes) -> Answer:
        context = DeliveryContext(**said["context"])
        _watch(SHEET_CPU_S * context.pages)
        return {}, engraver.make(pdf, context)

    def read_back(said: dict[str, Any], both: bytes) -> Answer:
        context, split = DeliveryContext(**said["context"]), int(said["split"])
        _watch(SHEET_CPU_S * context.pages)
        engraver.read_back(both[split:], both[:split], context)
        return {}, b""

    def expect(said: dict[str, Any], _nothing: bytes) -> Answer:
        _watch(SHEET_CPU_S)
        engraver.expect(said["calibration"])
        return {}, b""

    return {"parse": parse, "make": make, "read_back": read_back, "expect": expect}


def _watch(seconds: float) -> None:
    """From here on this process has so much CPU before the kernel ends it."""
    signal.setitimer(signal.ITIMER_PROF, seconds)


def _done(job: Job, header: dict[str, Any], body: bytes) -> Answer:
    try:
        return job(header, body)
    except CheckFailed as failed:
        return {"failure": failed.failure}, b""
    except (MemoryError, RecursionError):
        return {"failure": TOO_COMPLEX}, b""


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
