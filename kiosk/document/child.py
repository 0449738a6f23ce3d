"""The process that parses documents: no network, no files, little memory, little time.

`python -m kiosk.document.child FD`: frames of `kiosk.document.job` on the socket FD, a job in, the
sheets or a failure's name out. It ends with its parent or with the socket.
"""

import os
import socket
import sys
from collections.abc import Callable

from crypto.errors import CheckFailed
from kiosk.document.confinement import (
    Confinement,
    filter_calls,
    leave_network,
    limit,
    watch_job,
)
from kiosk.document.job import BadFrame, Job, pack, unpack, unpack_job

Examine = Callable[[Job], bytes]
SOCKET = 3


def main(fd: int) -> None:
    """Load the parsers, give everything up, and serve jobs until the socket ends."""
    network = leave_network()
    with lowest(fd) as parent:
        # The parsers load slowly, and must be here before files can no longer be opened.
        from kiosk.document.glyphs import FontMissing

        try:
            examine = load()
        except FontMissing as missing:
            parent.sendall(pack({"trouble": str(missing)}))
            return
        serve(parent, examine, Confinement(network, confine()))


def load() -> Examine:
    """Everything a job needs, in memory: no import and no file is left for later.

    Raises FontMissing.
    """
    from kiosk.document.glyphs import Reference, find
    from kiosk.document.inspect import inspect

    reference = Reference(find())
    for encoding in ("utf-16-be", "utf-16-le"):  # Python loads its codecs when first used.
        "".encode(encoding)
    return lambda job: inspect(job, reference)


def lowest(fd: int) -> socket.socket:
    """The socket on the lowest descriptor after the three of every process, so that no lower one
    is free when the number of descriptors is limited."""
    os.dup2(fd, SOCKET)
    if fd != SOCKET:
        os.close(fd)
    return socket.socket(fileno=SOCKET)


def confine() -> bool:
    """Limits, then the filter; True when the filter is there."""
    limit(descriptors=SOCKET + 1)
    return filter_calls()


def serve(parent: socket.socket, examine: Examine, confinement: Confinement) -> None:
    """Say that it is ready and how far it is confined, then one answer for each job."""
    parent.sendall(pack({"ready": 1, **confinement.as_header()}))
    while True:
        try:
            header, blob = unpack(lambda size: _read(parent, size))
            watch_job()
            parent.sendall(pack({"ok": 1}, examine(unpack_job(header, blob))))
        except CheckFailed as failed:
            parent.sendall(pack({"failure": failed.failure}))
        except MemoryError:
            parent.sendall(pack({"failure": "document.too_complex"}))
        except (BadFrame, EOFError):
            return


def _read(parent: socket.socket, size: int) -> bytes:
    data = bytearray()
    while len(data) < size:
        part = parent.recv(min(size - len(data), 1 << 20))
        if not part:
            raise EOFError
        data += part
    return bytes(data)


if __name__ == "__main__":
    main(int(sys.argv[1]))
