"""The receipt printer on its line: `ReceiptPrinter` over ESC/POS. The only home of python-escpos.

python-escpos makes the bytes; they travel over our own port, so that this line can be tapped,
spoiled and mended like every other.
"""

from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING

from PIL import Image

from drivers.clock import Clock
from drivers.errors import DeviceError, PeerError, SilenceError
from drivers.link.port import BytePort, LinkLost
from drivers.receipt.contract import ReceiptConfig, ReceiptStatus, Slip
from drivers.receipt.protocol import Answers, decode_status, defuse, is_done, is_status
from drivers.receipt.slip import draw_slip
from drivers.receipt.tables import AUTOMATIC_OFF, PAPER_STATUS_WHEN_REACHED, StatusKind, ask

if TYPE_CHECKING:
    from escpos.escpos import Escpos

_ANSWER_S = 0.4
"""A status is answered at once, even by a busy printer."""
_PRINT_LIMIT_S = 10.0
_LOOK_S = 0.5
"""While it prints we ask so often whether something is wrong."""
_FRAGMENT_DOTS = 128
"""Picture rows in one command, so that a small buffer is never asked for more."""

OpenPort = Callable[[], BytePort]


class EscposReceiptPrinter:
    """A roll printer with a cutter. Belongs to one thread; finds its line again by itself."""

    def __init__(
        self, config: ReceiptConfig, clock: Clock, open_port: OpenPort | None = None
    ) -> None:
        """`open_port` replaces the port of `config` (tests, other lines)."""
        self._config = config
        self._clock = clock
        self._open_port = open_port or (lambda: open_line(config))
        self._port: BytePort | None = None
        self._answers = Answers()

    def status(self) -> ReceiptStatus:
        try:
            return self._ask_status()
        except DeviceError as error:
            return ReceiptStatus((error.reason.name,))

    def print(self, slip: Slip) -> None:
        status = self._ask_status()
        if status.troubles:
            raise PeerError(status.troubles[0])
        data = encode_slip(draw_slip(slip, self._config.width_dots, self._config.font))
        try:
            for part in data:
                self._opened().write(part)
            self._opened().write(PAPER_STATUS_WHEN_REACHED)
            self._wait_until_done()
        except LinkLost as lost:
            raise self._lost(lost) from lost

    def close(self) -> None:
        """Give the port back; the next use opens it again. Idempotent."""
        if self._port is not None:
            self._port.close()
            self._port = None

    def _wait_until_done(self) -> None:
        """Return when the printer has reached the end of what was sent."""
        until_s = self._clock.monotonic_s() + _PRINT_LIMIT_S
        while self._clock.monotonic_s() < until_s:
            if any(is_done(byte) for byte in self._heard(_LOOK_S)):
                return
            status, done = self._look()
            if done:
                return
            if status.troubles:
                raise PeerError(status.troubles[0], "while the slip was being printed")
        raise SilenceError("receipt.offline", "the printer did not finish the slip")

    def _ask_status(self) -> ReceiptStatus:
        try:
            self._drain()
            return self._look()[0]
        except LinkLost as lost:
            raise self._lost(lost) from lost

    def _look(self) -> tuple[ReceiptStatus, bool]:
        """The four statuses, and whether the end of a slip was reported in between."""
        answers: dict[StatusKind, int] = {}
        done = False
        for kind in StatusKind:
            self._opened().write(ask(kind))
            status, passed = self._await_status()
            done = done or passed
            answers[kind] = status
        return decode_status(answers), done

    def _await_status(self) -> tuple[int, bool]:
        done = False
        until_s = self._clock.monotonic_s() + _ANSWER_S
        while (left_s := until_s - self._clock.monotonic_s()) > 0:
            for byte in self._heard(left_s):
                if is_status(byte):
                    return byte, done
                done = done or is_done(byte)
        raise SilenceError("receipt.offline", "the printer does not answer DLE EOT")

    def _drain(self) -> None:
        while data := self._opened().read(0.0):
            deque(self._answers.sort(data), maxlen=0)

    def _heard(self, within_s: float) -> list[int]:
        return list(self._answers.sort(self._opened().read(within_s)))

    def _opened(self) -> BytePort:
        if self._port is None:
            self._port, self._answers = self._open_port(), Answers()
        return self._port

    def _lost(self, lost: LinkLost) -> SilenceError:
        self.close()
        return SilenceError("receipt.offline", str(lost))


def encode_slip(image: Image.Image) -> list[bytes]:
    """The bytes that print `image` and cut: one item for each write."""
    parts: list[bytes] = []
    printer = _recorder(parts, image.width)
    printer.hw("INIT")
    parts.append(AUTOMATIC_OFF)
    safe = Image.frombytes("1", image.size, defuse(_black_is_one(image)))
    for top in range(0, image.height, _FRAGMENT_DOTS):
        box = (0, top, image.width, min(top + _FRAGMENT_DOTS, image.height))
        printer.image(_white_is_one(safe.crop(box)))
    printer.cut()
    return parts


def _recorder(parts: list[bytes], width: int) -> "Escpos":
    from escpos.capabilities import Profile
    from escpos.escpos import Escpos

    class Recorder(Escpos):  # type: ignore[misc]  # the package has no types
        """Keeps what would be sent."""

        def _raw(self, msg: bytes) -> None:
            parts.append(bytes(msg))

    profile = Profile(features={"paperFullCut": True})
    profile.profile_data = profile.profile_data | {"media": {"width": {"pixels": width}}}
    return Recorder(profile=profile)


def _black_is_one(image: Image.Image) -> bytes:
    return image.point(lambda dot: 0 if dot else 255, mode="1").tobytes()


def _white_is_one(image: Image.Image) -> Image.Image:
    return image.point(lambda dot: 0 if dot else 255, mode="1")


def open_line(config: ReceiptConfig) -> BytePort:
    """The line of the configuration. Raises LinkLost."""
    from drivers.link.serial_port import SerialLine, SerialPort
    from drivers.link.tcp_port import TcpPort

    host, colon, number = config.port.rpartition(":")
    if colon and number.isdigit() and not config.port.startswith("/"):
        return TcpPort(host, int(number))
    return SerialPort(SerialLine(path=config.port, baud=config.baud, rts_cts=config.rts_cts))
