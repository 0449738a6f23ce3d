"""The virtual bill validator: draws a bill in, holds it, stacks it or gives it back.

Commands: ccTalk Generic Specification 4.7, Part 3 Appendix 13 (bill validators, auditing).
Behaviour: Part 1 section 21, Part 2 sections 3.93-3.100, Part 4 section 2.2.
"""

import enum
from collections.abc import Callable

from drivers.coin.bills import COUNTRY, Scaling
from drivers.coin.protocol import ReplyError
from drivers.coin.tables import (
    BILL_JAMMED,
    BILL_MASK_BYTES,
    STACKER_FULL,
    STACKER_MISSING,
    BillMode,
    Header,
    Route,
)
from drivers.coin.virtual.counting import ACCEPTED, INSERTED, REJECTED, CountingSlave
from drivers.coin.virtual.ledger import Ledger, Place
from drivers.coin.virtual.mechanics import BillBuild, Happening, Observer, Speeds
from drivers.coin.virtual.slave import ACK, Answer, three_bytes

_INVALID, _INHIBITED, _RETURNED, _SHUT = 2, 4, 1, 0
_JAM_UNSAFE, _JAM_SAFE, _STACKER_JAM, _PULLED = 6, 16, 7, 8
_STACKER_OUT, _STACKER_IN, _STACKER_IS_FULL = 11, 12, 14
_HELD, _STACKED = 1, 0
_EMPTY_HANDED, _FAILED = 254, 255
_EMPTY_BILL = b"......."
_OPTIONS = bytes((0x1F,))
_POLL_EVERY_200_MS = bytes((2, 20))


class Motion(enum.Enum):
    """Where the one bill is that a validator deals with at a time."""

    IDLE = "idle"
    DRAWING = "drawing"
    HELD = "held"
    STACKING = "stacking"
    RETURNING = "returning"
    STUCK = "stuck"


class VirtualBillValidator(CountingSlave):
    """Recognises, holds, stacks, counts, remembers five events."""

    events_header = Header.BILL_EVENTS
    mask_bytes = BILL_MASK_BYTES

    def __init__(
        self, build: BillBuild, speeds: Speeds, ledger: Ledger, observer: Observer
    ) -> None:
        super().__init__(build.category, build.plate, speeds, ledger, observer)
        self._build = build
        self.motion = Motion.IDLE
        self._yen = 0
        self._type = 0
        self._due_s = 0.0
        self._jam = 0
        """Event of the jam that meets the next bill on its way; 0: none."""
        self._stacker_there = True
        self.forget()
        self._add_commands()

    def forget(self) -> None:
        super().forget()
        self._mode = BillMode.STACKER | BillMode.ESCROW

    # --- hands ----------------------------------------------------------------------------------

    def insert(self, yen: int) -> None:
        """A bill is offered at the mouth: drawn in, or refused."""
        self._observer(Happening("bill_inserted", yen))
        self._ledger.move(yen, Place.HAND, Place.TRAY)
        refusal = self._refusal(yen)
        if refusal is None:
            self._ledger.move(yen, Place.TRAY, Place.TRANSPORT)
            self._yen, self._type = yen, self._type_of(yen)
            self._go(Motion.DRAWING, self.speeds.bill_draw_s)
            return
        if refusal:
            self.totals[REJECTED] += 1
            self.push(0, refusal)
        self._observer(Happening("bill_refused", yen, f"code {refusal}"))

    def jam_next(self, code: int) -> None:
        """The next bill sticks, with this event: 6 (within the resident's reach), 16, 7 or 15."""
        self._jam = code

    def clear(self) -> None:
        """Staff opens it and lays a bill that stuck on the tray, for its owner."""
        self._jam = 0
        if self.motion is Motion.STUCK:
            self._give(Place.TRANSPORT)
        self.fault = 0

    def pull_back(self) -> None:
        """The resident pulls the bill out again, by force or on a string."""
        if self.motion in {Motion.IDLE, Motion.RETURNING}:
            return
        self._ledger.move(self._yen, self._place, Place.HAND)
        self.motion = Motion.IDLE
        self.push(0, _PULLED)

    def take_stacker(self) -> None:
        """Staff takes the stacker out."""
        self._stacker_there = False
        self.fault = STACKER_MISSING
        self.push(0, _STACKER_OUT)

    def put_stacker(self) -> None:
        """Staff puts the stacker back in."""
        self._stacker_there = True
        self.fault = 0
        self.push(0, _STACKER_IN)

    # --- mechanics ------------------------------------------------------------------------------

    def settle(self) -> None:
        """Let everything happen that is due by now."""
        idle_s = self.now_s - self._polled_s
        if self.listening and self._master and idle_s > self._build.self_inhibit_s:
            self._master = 0
            self.push(0, _SHUT)
        while self.powered and self.next_due_s() is not None and self._due_s <= self.now_s:
            _STEPS[self.motion](self)

    def next_due_s(self) -> float | None:
        """When the bill has come to the end of its way, or has been held too long."""
        return None if self.motion in {Motion.IDLE, Motion.STUCK} else self._due_s

    def switch_on(self) -> None:
        super().switch_on()
        self._after_darkness()

    def reset(self) -> None:
        super().reset()
        self._after_darkness()

    def _after_darkness(self) -> None:
        """A bill on its way goes back; one that was being stacked is stacked. Nobody is told."""
        if self.motion is Motion.STACKING:
            self._stacked()
        elif self.motion not in {Motion.IDLE, Motion.STUCK}:
            self._give(self._place)

    @property
    def _place(self) -> Place:
        drawn = self.motion in {Motion.DRAWING, Motion.STUCK}
        return Place.TRANSPORT if drawn else Place.BILL_ESCROW

    def _go(self, motion: Motion, lasts_s: float, from_s: float | None = None) -> None:
        self.motion = motion
        self._due_s = (self.now_s if from_s is None else from_s) + lasts_s

    def _drawn(self) -> None:
        self.totals[INSERTED] += 1
        if self._jam in {_JAM_UNSAFE, _JAM_SAFE}:
            self._stick(BILL_JAMMED)
            return
        self._ledger.move(self._yen, Place.TRANSPORT, Place.BILL_ESCROW)
        if self._mode & BillMode.ESCROW:
            self.push(self._type, _HELD)
            self._go(Motion.HELD, self._build.escrow_timeout_s, self._due_s)
        else:
            self._go(Motion.STACKING, self.speeds.bill_move_s, self._due_s)

    def _held_too_long(self) -> None:
        self._go(Motion.RETURNING, self.speeds.bill_move_s, self._due_s)

    def _moved_to_stacker(self) -> None:
        if self._jam:
            self._ledger.move(self._yen, Place.BILL_ESCROW, Place.TRANSPORT)
            self._stick(38)
            return
        self._stacked()
        self.push(self._type, _STACKED)
        if self._ledger.pieces(Place.STACKER) >= self._build.capacity:
            self.fault = STACKER_FULL
            self.push(0, _STACKER_IS_FULL)

    def _moved_back(self) -> None:
        self._give(Place.BILL_ESCROW)
        self.push(0, _RETURNED)

    def _stacked(self) -> None:
        self._ledger.move(self._yen, Place.BILL_ESCROW, Place.STACKER)
        self.totals[ACCEPTED] += 1
        self.motion = Motion.IDLE
        self._observer(Happening("bill_stacked", self._yen))

    def _give(self, place: Place) -> None:
        self._ledger.move(self._yen, place, Place.TRAY)
        self.motion = Motion.IDLE
        self._observer(Happening("bill_returned", self._yen))

    def _stick(self, fault: int) -> None:
        self.motion = Motion.STUCK
        self.fault = fault
        self.push(0, self._jam)
        self._observer(Happening("bill_jam", self._yen, f"event {self._jam}"))
        self._jam = 0

    def _type_of(self, yen: int) -> int:
        """Its bill type; 0 if the validator does not know it."""
        scaling = Scaling(self._build.factor, self._build.decimals)
        for number, name in enumerate(self._build.bills, start=1):
            try:
                if name[2:6].isdigit() and scaling.yen(int(name[2:6])) == yen:
                    return number
            except ReplyError:
                continue
        return 0

    def _refusal(self, yen: int) -> int | None:
        if not self.listening or self.motion is not Motion.IDLE or self.fault:
            return 0
        number = self._type_of(yen)
        if not number:
            return _INVALID
        enabled = self._master and self._mask >> (number - 1) & 1
        return None if enabled else _INHIBITED

    # --- commands -------------------------------------------------------------------------------

    def _add_commands(self) -> None:
        self._commands |= {
            Header.VARIABLES: lambda _: Answer(bytes((len(self._build.bills), 1))),
            Header.POLLING_PRIORITY: lambda _: Answer(_POLL_EVERY_200_MS),
            Header.OPTION_FLAGS: lambda _: Answer(_OPTIONS),
            Header.BILL_ID: self._bill_id,
            Header.SCALING_FACTOR: self._scaling,
            Header.BILL_POSITION: self._position,
            Header.ROUTE_BILL: self._route,
            Header.SET_BILL_MODE: self._set_mode,
            Header.BILL_MODE: lambda _: Answer(bytes((self._mode,))),
            Header.CURRENCY_REVISION: lambda data: Answer(
                b"001" if data in {b"", COUNTRY.encode()} else b"Unknown"
            ),
            Header.FIRMWARE_UPGRADE: lambda _: Answer(b"\0"),
            Header.TYPE_COUNTER: lambda _: Answer(three_bytes(self.totals[ACCEPTED])),
        }
        if not self._build.has_accept_counter:
            del self._commands[Header.ACCEPT_COUNTER]

    def _bill_id(self, data: bytes) -> Answer | None:
        if len(data) != 1 or not data[0]:
            return None
        known = data[0] <= len(self._build.bills)
        return Answer(self._build.bills[data[0] - 1].encode("ascii") if known else _EMPTY_BILL)

    def _scaling(self, data: bytes) -> Answer:
        if data != COUNTRY.encode():
            return Answer(bytes(3))
        return Answer(self._build.factor.to_bytes(2, "little") + bytes((self._build.decimals,)))

    def _position(self, data: bytes) -> Answer:
        ours = (1 << len(self._build.bills)) - 1 if data == COUNTRY.encode() else 0
        return Answer(ours.to_bytes(BILL_MASK_BYTES, "little"))

    def _set_mode(self, data: bytes) -> Answer | None:
        if len(data) != 1:
            return None
        self._mode = BillMode(data[0] & 3)
        return ACK

    def _route(self, data: bytes) -> Answer | None:
        if len(data) != 1 or data[0] not in set(Route):
            return None
        told = self._build.route_answer
        answer = self._do_route(Route(data[0]))
        return answer if told is None else Answer(bytes((told,)))

    def _do_route(self, route: Route) -> Answer:
        if self.motion is not Motion.HELD:
            return Answer(bytes((_EMPTY_HANDED,)))
        if route is Route.EXTEND:
            self._due_s = self.now_s + self._build.escrow_timeout_s
        elif route is Route.RETURN:
            self._go(Motion.RETURNING, self.speeds.bill_move_s)
        elif self._stacker_there:
            self._go(Motion.STACKING, self.speeds.bill_move_s)
        else:
            return Answer(bytes((_FAILED,)))
        return ACK


_STEPS: dict[Motion, Callable[[VirtualBillValidator], None]] = {
    Motion.DRAWING: VirtualBillValidator._drawn,  # noqa: SLF001 - the device's own table of steps
    Motion.HELD: VirtualBillValidator._held_too_long,  # noqa: SLF001
    Motion.STACKING: VirtualBillValidator._moved_to_stacker,  # noqa: SLF001
    Motion.RETURNING: VirtualBillValidator._moved_back,  # noqa: SLF001
}
