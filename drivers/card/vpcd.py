"""Puts a virtual card on a virtual reader: the far end of vpcd's TCP line.

vpcd is a PC/SC driver (vsmartcard) that takes a card's bytes from a TCP client, so the card
appears to pcscd, and to every program above it, as one on a real reader.

Source: vsmartcard `doc/api.txt`: frames of a two-byte length and data; one-byte frames are control.
"""

import enum
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial

from drivers.card.virtual import CardTorn, VirtualCard

_HEAD = 2
_CONNECT_S = 5.0
_AGAIN_S = 0.2
_ABSENCE_S = 0.5
"""How long the place stays empty between two cards, as with any hand. pcscd looks every 0.4 s; an
absence it has missed can leave it sure that nothing is there while a card is."""


OpenLine = Callable[[], socket.socket]
"""Makes a line to vpcd, or raises OSError."""


class Control(enum.IntEnum):
    """vpcd's one-byte frames. Only `ATR` is answered."""

    OFF = 0x00
    ON = 0x01
    RESET = 0x02
    ATR = 0x04


class Tear(enum.StrEnum):
    """When a card is pulled at a chosen command."""

    BEFORE = "before"
    """The card never sees the command."""
    AFTER = "after"
    """The card has done it (a PIN entry is counted), but its answer is lost."""


class VirtualSlot:
    """A place on vpcd's reader where a hand puts and pulls virtual cards. Thread-safe.

    `insert` and `pull` return at once; between two cards the place stays empty for half a second.
    When pcscd goes away while a card lies there, the card is offered again until it is pulled.
    """

    def __init__(
        self, host: str, port: int, open_line: OpenLine | None = None, *, passes: int = 0
    ) -> None:
        """`open_line` makes a line to vpcd in another way than to `host` and `port`; `passes` is
        how many bytes of an answer the reader lets through before it cuts it (0: all)."""
        self._passes = passes or None
        self._open_line = open_line or partial(connect, (host, port))
        self._lock = threading.Lock()
        self._place = threading.Lock()
        self._stay: _Stay | None = None

    @property
    def card(self) -> VirtualCard | None:
        """The card that lies there, or None."""
        stay = self._stay
        return None if stay is None or stay.is_over else stay.card

    def insert(self, card: VirtualCard) -> None:
        """Put `card` down; another one there is pulled first."""
        self.pull()
        with self._lock:
            self._stay = _Stay(self._open_line, card, self._place, self._passes)

    def pull(self) -> None:
        """Take the card away, in the middle of a command if need be. Idempotent."""
        with self._lock:
            stay, self._stay = self._stay, None
        if stay is not None:
            stay.end()

    def pull_at(self, command: int, tear: Tear = Tear.BEFORE) -> None:
        """Arrange that the card is pulled at the n-th command from now (1 is the next)."""
        stay = self._stay
        if stay is not None:
            stay.tear_at(command, tear)


class _Stay:
    """One card on the reader, from being put down until it is taken away."""

    def __init__(
        self, open_line: OpenLine, card: VirtualCard, place: threading.Lock, passes: int | None
    ) -> None:
        self.card = card
        self._passes = passes
        self._open_line = open_line
        self._place = place
        self._over = threading.Event()
        self._line: socket.socket | None = None
        self._left = 0
        self._tear = Tear.BEFORE
        threading.Thread(target=self._live, name="virtual-card", daemon=True).start()

    @property
    def is_over(self) -> bool:
        """True once the card was taken away."""
        return self._over.is_set()

    def tear_at(self, command: int, tear: Tear) -> None:
        """See `VirtualSlot.pull_at`."""
        self._tear = tear
        self._left = command

    def end(self) -> None:
        """Break the line. The card loses its power as soon as it is done with its command."""
        self._over.set()
        self._break()

    def _live(self) -> None:
        with self._place:
            while not self._over.is_set():
                with suppress(OSError):
                    self._serve_once()
                self.card.power_off()
                self._over.wait(_AGAIN_S)
            threading.Event().wait(_ABSENCE_S)

    def _serve_once(self) -> None:
        with self._open_line() as line:
            self._line = line
            if not self._over.is_set():
                try:
                    serve(line, self.card, self._transmit)
                except CardTorn:
                    self._over.set()

    def _transmit(self, apdu: bytes) -> bytes:
        self._left -= 1
        if self._left == 0 and self._tear is Tear.BEFORE:
            raise CardTorn
        answer = self.card.transmit(apdu)
        if self._left == 0:
            raise CardTorn
        return answer[: self._passes]

    def _break(self) -> None:
        line = self._line
        if line is not None:
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)


def connect(address: tuple[str, int]) -> socket.socket:
    """A line to vpcd. Raises OSError."""
    line = socket.create_connection(address, timeout=_CONNECT_S)
    line.settimeout(None)
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return line


def serve(
    line: socket.socket, card: VirtualCard, transmit: Callable[[bytes], bytes] | None = None
) -> None:
    """Be `card` on `line` until vpcd goes away.

    Raises OSError when the line breaks, and CardTorn when the card is to leave.
    """
    answer = transmit or card.transmit
    actions: dict[int, Callable[[], None]] = {
        Control.OFF: card.power_off,
        Control.ON: lambda: None,
        Control.RESET: card.reset,
        Control.ATR: lambda: _send(line, card.atr),
    }
    while (frame := _receive(line)) is not None:
        if len(frame) == 1:
            actions.get(frame[0], lambda: None)()
        elif frame:
            _send(line, answer(frame))


def _send(line: socket.socket, frame: bytes) -> None:
    line.sendall(len(frame).to_bytes(_HEAD) + frame)


def _receive(line: socket.socket) -> bytes | None:
    """One frame, or None at the end of the line."""
    head = _receive_exactly(line, _HEAD)
    return None if head is None else _receive_exactly(line, int.from_bytes(head))


def _receive_exactly(line: socket.socket, size: int) -> bytes | None:
    data = b""
    while len(data) < size:
        # vpcd writes length and body apart, so that its Nagle waits for our delayed ACK (44 ms an
        # APDU); the kernel forgets this option after each use.
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
        part = line.recv(size - len(data))
        if not part:
            return None
        data += part
    return data
