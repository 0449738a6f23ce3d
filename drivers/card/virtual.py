"""A virtual card: bytes in, bytes out, with the behaviour measured on real ones. No wire.

It is the far end of the wire: it shares the APDU codec with the driver and nothing else, and
OpenSC works on it as on a real card. What the public sources leave open is a quirk one can choose.

Source: soltia48/myna-card (test cards), OpenSC `card-jpki.c`; ISO/IEC 7816-4 (2020), 11.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass

from drivers.card.apdu import SHORT_LE, BadApdu, Command, Response
from drivers.card.tables import Ins, Sw
from drivers.card.virtual_files import Application, Refused
from drivers.card.virtual_line import Outbox, is_get_response
from drivers.clock import Clock, SystemClock

_BLANK = "\N{BULLET}" * 2
_WITH_SECRET = frozenset({Ins.VERIFY, Ins.CHANGE_REFERENCE_DATA})
_SECURE_MESSAGING = 0x0C
_CHANNEL = 0x03
_PROPRIETARY = 0x80
_SFI = 0x1F
_CURRENT = 0x80
_SM_REFUSED = 0x69FC


@dataclass(frozen=True, slots=True, kw_only=True)
class Quirks:
    """Where real cards differ, or were made to fail."""

    first_6f00: bool = False
    """The first command after power-up is answered `6F00`."""
    select_clears_pin: bool = False
    """SELECT of an application forgets what was verified; sources disagree whether cards do."""
    torn_at: int = 0
    """The card is pulled away when its n-th command since power-up arrives; 0 never."""
    longest_read: int = 0
    """READ BINARY gives at most so many bytes at a time, as in short frames; 0 is no limit."""
    piece: int = 0
    """Longer answers are fetched by GET RESPONSE, as on a T=0 line; 0 is never."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """How long the card takes."""

    apdu_s: float = 0.0
    """Every command."""
    sign_s: float = 0.0
    """A signature, in addition."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One command as an observer may see it: secrets are blanked, answers only counted."""

    command: str
    sw: int
    answered: int
    """Bytes of data in the answer."""


class CardTorn(Exception):
    """The card left the reader before it answered."""


class VirtualCard:
    """One card. Not thread-safe: one reader at a time; `log` may be read from anywhere."""

    def __init__(
        self,
        atr: bytes,
        applications: tuple[Application, ...],
        quirks: Quirks | None = None,
        timing: Timing | None = None,
        clock: Clock | None = None,
    ) -> None:
        self.atr = atr
        self.applications = applications
        self.quirks = quirks or Quirks()
        self.timing = timing or Timing()
        self.log: list[Exchange] = []
        self.busy_s = 0.0
        """Time the card itself has used since it was made."""
        self._clock = clock or SystemClock()
        self._application: Application | None = None
        self._file = 0
        self._since_power = 0
        self._outbox = Outbox(self.quirks.piece)
        self.power_off()

    @property
    def pin_entries(self) -> int:
        """How many VERIFY with data ever arrived."""
        verify = f"{Ins.VERIFY:02X}"
        return sum(
            _BLANK in exchange.command and exchange.command[3:5] == verify for exchange in self.log
        )

    @property
    def is_verified(self) -> bool:
        """True while any secret counts as verified: what a following client could misuse."""
        return any(application.verified for application in self.applications)

    def power_off(self) -> None:
        """Lose power: selection and security status are gone, counters stay."""
        self.reset()
        for application in self.applications:
            application.verified.clear()

    def reset(self) -> None:
        """Warm reset: the selection is gone, the security status STAYS, as on real cards."""
        self._application = None
        self._file = 0
        self._since_power = 0
        self._outbox.clear()

    def transmit(self, apdu: bytes) -> bytes:
        """Answer one command APDU; any bytes get a status word.

        Raises:
            CardTorn: if it is to be pulled away at this command.
        """
        self._since_power += 1
        if self._since_power == self.quirks.torn_at:
            raise CardTorn
        began = self._clock.monotonic_s()
        if self.timing.apdu_s:
            self._clock.sleep(self.timing.apdu_s)
        response = self._answer(apdu)
        self.busy_s += self._clock.monotonic_s() - began
        self.log.append(Exchange(_blanked(apdu), response.sw, len(response.data)))
        return response.encode()

    def _answer(self, apdu: bytes) -> Response:
        if self._since_power == 1 and self.quirks.first_6f00:
            return Response(b"", Sw.SELF_DIAGNOSIS)
        try:
            command = Command.decode(apdu)
            if self.quirks.piece and is_get_response(command):
                return self._outbox.more(command)
            self._outbox.clear()
            return self._outbox.give(self._execute(command))
        except BadApdu:
            return Response(b"", Sw.WRONG_LENGTH)
        except Refused as refused:
            return Response(b"", refused.sw)

    def _execute(self, command: Command) -> Response:
        _demand_plain_class(command)
        execute = self._table().get((command.cla, command.ins))
        if execute is None:
            known = {cla for cla, _ in self._table()}
            raise Refused(Sw.UNKNOWN_INS if command.cla in known else Sw.UNKNOWN_CLA)
        return execute(command)

    def _table(self) -> dict[tuple[int, int], Callable[[Command], Response]]:
        return {
            (0x00, Ins.SELECT): self._select,
            (0x00, Ins.READ_BINARY): self._read_binary,
            (0x00, Ins.VERIFY): self._verify,
            (0x00, Ins.CHANGE_REFERENCE_DATA): self._change_reference_data,
            (0x00, Ins.GET_CHALLENGE): self._get_challenge,
            (0x00, Ins.GET_DATA): self._get_data,
            (_PROPRIETARY, Ins.PERFORM_SECURITY_OPERATION): self._compute_signature,
        }

    def _select(self, command: Command) -> Response:
        select = {0x00: self._select_root, 0x02: self._select_file, 0x04: self._select_name}
        if command.p1 not in select:
            raise Refused(Sw.WRONG_P1P2)
        return select[command.p1](command)

    def _select_root(self, command: Command) -> Response:
        if command.data:
            raise Refused(Sw.FILE_NOT_FOUND)
        if self._application is None:
            raise Refused(Sw.WRONG_P1P2)
        return Response(b"", Sw.OK)

    def _select_file(self, command: Command) -> Response:
        if len(command.data) != 2:  # noqa: PLR2004 - a file identifier
            raise Refused(Sw.WRONG_LENGTH)
        self._enter(int.from_bytes(command.data))
        return Response(b"", Sw.OK)

    def _select_name(self, command: Command) -> Response:
        """Select by name; any prefix of a name succeeds (JICSAP 1.1, 4.2)."""
        for application in self.applications:
            if command.data and application.aid.startswith(command.data):
                self._application, self._file = application, 0
                if self.quirks.select_clears_pin:
                    application.verified.clear()
                return Response(_control_information(application, command), Sw.OK)
        raise Refused(Sw.FILE_NOT_FOUND)

    def _read_binary(self, command: Command) -> Response:
        if command.data or not command.le:
            raise Refused(Sw.WRONG_LENGTH)
        offset = command.p2
        if command.p1 & _CURRENT:
            self._enter_short(command.p1)
        else:
            offset += command.p1 << 8
        length = min(command.le, self.quirks.longest_read or command.le)
        file = self._current().open_data(self._file)
        return Response(file.read(offset, length), Sw.OK)

    def _verify(self, command: Command) -> Response:
        if command.p1:
            raise Refused(Sw.WRONG_P1P2)
        self._enter_reference(command.p2)
        return Response(b"", self._current().verify(self._file, command.data))

    def _change_reference_data(self, command: Command) -> Response:
        if command.p1 != 0x01:
            raise Refused(Sw.WRONG_P1P2)
        self._enter_reference(command.p2)
        application = self._current()
        secret = application.secret(self._file)
        if self._file not in application.verified:
            raise Refused(Sw.SECURITY_STATUS)
        secret.change(command.data)
        return Response(b"", Sw.OK)

    def _get_challenge(self, command: Command) -> Response:
        if command.p1 or command.p2:
            raise Refused(Sw.WRONG_P1P2)
        if command.data or not command.le:
            raise Refused(Sw.WRONG_LENGTH)
        if command.extended:
            raise Refused(Sw.CONDITIONS_OF_USE)
        return Response(secrets.token_bytes(command.le), Sw.OK)

    def _get_data(self, command: Command) -> Response:
        raise Refused(Sw.OBJECT_NOT_FOUND if command.le else Sw.WRONG_LENGTH)

    def _compute_signature(self, command: Command) -> Response:
        if command.le < SHORT_LE:
            raise Refused(Sw.WRONG_LENGTH)
        if command.p2:
            self._enter_reference(command.p2)
        elif self._application is not None and self._application.own_key:
            self._file = self._application.own_key
        else:
            raise Refused(Sw.WRONG_P1P2)
        key = self._current().open_key(self._file)
        if self.timing.sign_s:
            self._clock.sleep(self.timing.sign_s)
        return Response(key.sign(command.p1, command.data), Sw.OK)

    def _current(self) -> Application:
        if self._application is None or not self._file:
            raise Refused(Sw.NO_CURRENT_FILE)
        return self._application

    def _enter(self, identifier: int) -> None:
        if self._application is None:
            raise Refused(Sw.NO_CURRENT_FILE)
        if identifier not in self._application.files:
            raise Refused(Sw.FILE_NOT_FOUND)
        self._file = identifier

    def _enter_short(self, parameter: int) -> None:
        if parameter & ~(_CURRENT | _SFI):
            raise Refused(Sw.WRONG_P1P2)
        self._enter(parameter & _SFI)

    def _enter_reference(self, parameter: int) -> None:
        """P2 of VERIFY and of the signature: `80` is the current file, `80 | sfi` another."""
        if not parameter & _CURRENT:
            raise Refused(Sw.WRONG_P1P2)
        if parameter != _CURRENT:
            self._enter_short(parameter)


def _demand_plain_class(command: Command) -> None:
    if command.cla < 0x10:  # noqa: PLR2004 - first interindustry classes (ISO/IEC 7816-4, 5.4.1)
        if command.cla & _CHANNEL:
            raise Refused(Sw.NO_CHANNEL)
        if command.cla & _SECURE_MESSAGING:
            raise Refused(Sw.NO_SECURE_MESSAGING if command.ins == Ins.SELECT else _SM_REFUSED)


def _control_information(application: Application, command: Command) -> bytes:
    """The FCI template with the name, if P2 and Le ask for it."""
    if command.p2 & _SECURE_MESSAGING or not command.le:
        return b""
    name = bytes([0x84, len(application.aid)]) + application.aid
    return bytes([0x6F, len(name)]) + name


def _blanked(apdu: bytes) -> str:
    """Hex of a command; of one that carries a secret only the header and Lc."""
    shown = [f"{byte:02X}" for byte in apdu]
    if len(apdu) > 1 and apdu[1] in _WITH_SECRET:
        shown[5:] = [_BLANK] * len(shown[5:])
    return " ".join(shown)
