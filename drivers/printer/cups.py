"""`CupsHandover`: streams a document to the private cupsd. The only home of pycups.

Its success means that the spooler has the bytes, nothing more: what came out of the printer
is asked of the printer (`drivers.printer.ipp`).
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final

import cups

from drivers.errors import DeviceError
from drivers.printer.ipp_attributes import USER
from drivers.printer.tables import A4, FIRST_ERROR, PDF, TWO_SIDED

_OPTIONS: Final = {
    "sides": TWO_SIDED,
    "print-color-mode": "color",
    "media": A4,
    "print-quality": "5",
    "print-scaling": "none",
    "job-sheets": "none",
    "copies": "1",
}
"""RFC 8011 5.2 and PWG 5100.13. `print-scaling` none: the security print is placed to the dot."""

_PIECE: Final = 64 * 1024
_CONTINUE: Final = 100
"""pycups hands back the HTTP status after each piece; CUPS says 100 while it wants more."""

_SOCKET_PATH_BYTES: Final = 107
"""sockaddr_un of Linux holds 108 bytes with the closing zero."""


class CupsHandover:
    """A `PrintHandover` to one queue of the cupsd that listens on a socket file.

    Keeps no connection and no bytes. A call blocks as long as cupsd takes the bytes; a cupsd
    that hangs is ended by its owner (`Spooler.contain`), which ends the call as well.
    """

    def __init__(self, server_socket: str, queue: str) -> None:
        """`server_socket` is `Spooler.server`. Nothing is opened yet."""
        if len(os.fsencode(server_socket)) > _SOCKET_PATH_BYTES:
            what = f"The socket's path is longer than {_SOCKET_PATH_BYTES} bytes; shorten it."
            raise DeviceError("printer.spooler", what)
        self._server = server_socket
        self._queue = queue

    def submit(self, title: str, pdf: bytes) -> None:
        """See `PrintHandover.submit`."""
        with _translated():
            connection = _connect(self._server)
            number = connection.createJob(self._queue, title, _OPTIONS)
            try:
                _stream(connection, (self._queue, number, title), pdf)
            except BaseException:
                # Half a document must not wait for the rest until the next one comes.
                with suppress(cups.IPPError, cups.HTTPError, RuntimeError):
                    _connect(self._server).cancelJob(number, True)  # noqa: FBT003  (pycups' way)
                raise


def _connect(server_socket: str) -> "cups.Connection":
    cups.setUser(USER)  # libcups keeps it for each thread
    return cups.Connection(host=server_socket)


def _stream(connection: "cups.Connection", job: tuple[str, int, str], pdf: bytes) -> None:
    queue, number, title = job
    status = connection.startDocument(queue, number, title, PDF, True)  # noqa: FBT003  (pycups' way)
    view = memoryview(pdf)
    for start in range(0, len(view), _PIECE):
        if status != _CONTINUE:
            raise DeviceError("printer.spooler", f"CUPS stopped the document: HTTP {status}.")
        piece = bytes(view[start : start + _PIECE])
        status = connection.writeRequestData(piece, len(piece))
    status = connection.finishDocument(queue)
    if status >= FIRST_ERROR:
        raise DeviceError("printer.spooler", f"CUPS refused the document: IPP 0x{status:04x}.")


@contextmanager
def _translated() -> Iterator[None]:
    """libcups' exceptions as ours. Its texts may quote a title, so only numbers are kept."""
    try:
        yield
    except cups.IPPError as error:
        status = error.args[0] if error.args else 0
        raise DeviceError("printer.spooler", f"CUPS refused: IPP status {status}.") from None
    except cups.HTTPError as error:
        status = error.args[0] if error.args else 0
        raise DeviceError("printer.spooler", f"CUPS refused: HTTP status {status}.") from None
    except RuntimeError:
        raise DeviceError("printer.spooler", "CUPS does not answer on its socket.") from None
