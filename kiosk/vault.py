"""Documents by ticket, in memory only: laid in once, checked when taken, overwritten when done.

Nothing here is written anywhere, and nothing is printed that is not, byte for byte, what was
laid in. Python's own copies of a value cannot be overwritten, so documents live in buffers of
ours from the moment they were checked; the process ends with the visit and takes the rest.
"""

import hashlib
import hmac
import secrets
import threading

from crypto.errors import CheckFailed

_TICKET_BYTES = 12


class Vault:
    """The documents of one visit. Thread-safe: laid in, streamed and erased by three threads."""

    def __init__(self) -> None:
        self._held: dict[str, tuple[bytearray, bytes]] = {}
        self._lock = threading.Lock()

    def lay_in(self, document: bytes) -> str:
        """Hold `document`; the ticket is the only way to it."""
        ticket = secrets.token_hex(_TICKET_BYTES)
        with self._lock:
            self._held[ticket] = (bytearray(document), hashlib.sha256(document).digest())
        return ticket

    def take(self, ticket: str) -> bytes:
        """The bytes laid in under `ticket`, for printing.

        Raises CheckFailed `vault.other_document` when there are none, or they are not the ones
        that were laid in.
        """
        with self._lock:
            held = self._held.get(ticket)
            if held is None:
                raise CheckFailed("vault.other_document", "nothing lies under this ticket")
            document = bytes(held[0])
        if not hmac.compare_digest(hashlib.sha256(document).digest(), held[1]):
            raise CheckFailed("vault.other_document", "the bytes are not those laid in")
        return document

    def erase(self) -> int:
        """Overwrite and drop every document; the number of documents. Idempotent.

        Raises CheckFailed `terminal.defect` should a buffer not be all zero afterwards.
        """
        with self._lock:
            buffers = [buffer for buffer, _ in self._held.values()]
            self._held.clear()
        for buffer in buffers:
            buffer[:] = bytes(len(buffer))
            if any(buffer):
                raise CheckFailed("terminal.defect", "a document could not be overwritten")
        return len(buffers)

    def __len__(self) -> int:
        with self._lock:
            return len(self._held)

    def __repr__(self) -> str:
        return f"<vault: {len(self)} documents>"
