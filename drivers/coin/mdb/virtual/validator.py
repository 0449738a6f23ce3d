"""The virtual bill validator: draws in, holds, stacks or gives back. See MDB/ICP 4.3 section 6."""

from collections.abc import Callable

from drivers.coin.mdb.framing import Answer, Sign
from drivers.coin.mdb.tables import TYPES, VALIDATOR, BillRouting, Escrow
from drivers.coin.mdb.virtual.mechanics import MdbBillBuild
from drivers.coin.mdb.virtual.slave import SILENCE, MdbSlave
from drivers.coin.virtual.bills import Motion
from drivers.coin.virtual.ledger import Ledger, Place
from drivers.coin.virtual.mechanics import Happening, Observer, Speeds

_JAMMED, _REMOVED, _BOX_OUT, _INVALID_ESCROW, _REJECTED = 0x05, 0x07, 0x08, 0x0A, 0x0B
_GIVES_BACK_S = 30.0
"""A bill nobody routes is given back. Source: section 6.3, ESCROW."""
_IN_STACKER = 7
"""The hand's number of a jam beyond the escrow; any other is before it."""


class VirtualMdbValidator(MdbSlave):
    """Recognises, holds, stacks, counts, tells once."""

    def __init__(
        self, build: MdbBillBuild, speeds: Speeds, ledger: Ledger, observer: Observer
    ) -> None:
        self.build = build
        self._ledger = ledger
        self._observer = observer
        self.motion = Motion.IDLE
        self._yen = 0
        self._due_s = 0.0
        self._jam = 0
        self.fault = 0
        """The status it tells with every answer, or 0."""
        self.stacked = 0
        """Bills in the stacker; survives everything but the stacker's being taken."""
        super().__init__(VALIDATOR, build.plate, speeds)
        self._commands |= {
            1: lambda _: self._setup(),
            2: lambda _: Sign.ACK,
            4: self._bill_type,
            5: self._escrow,
            6: lambda _: self._stacker(),
            7: lambda data: self._identification(None) if data == b"\x00" else SILENCE,
        }

    def forget(self) -> None:
        super().forget()
        self._enabled = 0

    # --- hands -----------------------------------------------------------------------------------

    def insert(self, yen: int) -> None:
        """A bill is offered at the mouth: drawn in, or refused."""
        self._observer(Happening("bill_inserted", yen))
        self._ledger.move(yen, Place.HAND, Place.TRAY)
        known = yen in self.build.notes
        if not self.listening or self.motion is not Motion.IDLE or self.fault:
            self._observer(Happening("bill_refused", yen))
        elif not known or not self._enabled >> self._type(yen) & 1:
            self.tell(0x41 if known else _REJECTED)
            self._observer(Happening("bill_refused", yen))
        else:
            self._ledger.move(yen, Place.TRAY, Place.TRANSPORT)
            self._yen = yen
            self._go(Motion.DRAWING, self.speeds.bill_draw_s)

    def jam_next(self, code: int) -> None:
        """The next bill sticks: 7 beyond the escrow, else before it."""
        self._jam = code

    def clear(self) -> None:
        """Staff opens it and lays a bill that stuck on the tray, for its owner."""
        self._jam = self.fault = 0
        if self.motion is Motion.STUCK:
            self._give(Place.TRANSPORT)

    def pull_back(self) -> None:
        """The resident pulls the bill out again, by force or on a string."""
        if self.motion in {Motion.IDLE, Motion.RETURNING}:
            return
        self._ledger.move(self._yen, self._place, Place.HAND)
        self.motion = Motion.IDLE
        self.tell(_REMOVED)

    def take_stacker(self) -> None:
        """Staff takes the stacker out, and with it the count of its bills."""
        self.fault = _BOX_OUT
        self.stacked = 0

    def put_stacker(self) -> None:
        """Staff puts the stacker back in."""
        self.fault = 0

    # --- mechanics -------------------------------------------------------------------------------

    def settle(self) -> None:
        """Let everything happen that is due by now."""
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
            self.put_on_stack()
        elif self.motion not in {Motion.IDLE, Motion.STUCK}:
            self._give(self._place)

    @property
    def _place(self) -> Place:
        drawn = self.motion in {Motion.DRAWING, Motion.STUCK}
        return Place.TRANSPORT if drawn else Place.BILL_ESCROW

    def _go(self, motion: Motion, lasts_s: float) -> None:
        start_s = self.now_s if self.motion in {Motion.IDLE, Motion.HELD} else self._due_s
        self.motion = motion
        self._due_s = start_s + lasts_s

    def _drawn(self) -> None:
        if self._jam and self._jam != _IN_STACKER:
            self._stick()
            return
        self._ledger.move(self._yen, Place.TRANSPORT, Place.BILL_ESCROW)
        self._tell_bill(BillRouting.ESCROW)
        self._go(Motion.HELD, _GIVES_BACK_S)

    def _held_too_long(self) -> None:
        self._go(Motion.RETURNING, self.speeds.bill_move_s)

    def _moved_to_stacker(self) -> None:
        if self._jam:
            self._ledger.move(self._yen, Place.BILL_ESCROW, Place.TRANSPORT)
            self._stick()
            return
        self.put_on_stack()
        self._tell_bill(BillRouting.STACKED)

    def _moved_back(self) -> None:
        self._give(Place.BILL_ESCROW)
        self._tell_bill(BillRouting.RETURNED)

    def put_on_stack(self) -> None:
        """The bill comes to lie in the stacker, and is counted there."""
        self._ledger.move(self._yen, Place.BILL_ESCROW, Place.STACKER)
        self.stacked += 1
        self.motion = Motion.IDLE
        self._observer(Happening("bill_stacked", self._yen))

    def _give(self, place: Place) -> None:
        self._ledger.move(self._yen, place, Place.TRAY)
        self.motion = Motion.IDLE
        self._observer(Happening("bill_returned", self._yen))

    def _stick(self) -> None:
        self.motion, self.fault, self._jam = Motion.STUCK, _JAMMED, 0
        self._observer(Happening("bill_jam", self._yen))

    def _tell_bill(self, routing: BillRouting) -> None:
        if self.listening:
            self.tell(0x80 | routing << 4 | self._type(self._yen))

    def _type(self, yen: int) -> int:
        return self.build.notes.index(yen)

    def _passing(self) -> bytes:
        return bytes((self.fault,)) if self.fault else b""

    # --- commands --------------------------------------------------------------------------------

    def _setup(self) -> Answer:
        build = self.build
        return (
            bytes((build.level,))
            + build.country.to_bytes(2, "big")
            + build.scaling.to_bytes(2, "big")
            + bytes((build.decimals,))
            + build.capacity.to_bytes(2, "big")
            + b"\xff\xff"
            + bytes((0xFF if build.escrow else 0x00,))
            + bytes(build.credits).ljust(TYPES, b"\0")
        )

    def _bill_type(self, data: bytes) -> Answer:
        if len(data) != 4:  # noqa: PLR2004 - section 6.3
            return SILENCE
        self._enabled = int.from_bytes(data[:2], "big")
        return Sign.ACK

    def _stacker(self) -> Answer:
        full = 0x8000 if self.stacked >= self.build.capacity else 0
        return (full | self.stacked).to_bytes(2, "big")

    def _escrow(self, data: bytes) -> Answer:
        if len(data) != 1:
            return SILENCE
        if self.motion is not Motion.HELD:
            self.tell(_INVALID_ESCROW)
        elif data[0] == Escrow.STACK:
            self._go(Motion.STACKING, self.speeds.bill_move_s)
        else:
            self._go(Motion.RETURNING, self.speeds.bill_move_s)
        return Sign.ACK


_STEPS: dict[Motion, Callable[[VirtualMdbValidator], None]] = {
    Motion.DRAWING: VirtualMdbValidator._drawn,  # noqa: SLF001 - the device's own table of steps
    Motion.HELD: VirtualMdbValidator._held_too_long,  # noqa: SLF001
    Motion.STACKING: VirtualMdbValidator._moved_to_stacker,  # noqa: SLF001
    Motion.RETURNING: VirtualMdbValidator._moved_back,  # noqa: SLF001
}
