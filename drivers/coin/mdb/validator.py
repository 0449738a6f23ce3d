"""The host's side of a bill validator (30h): who it is, which bills it takes, what it stacked.

Source: MDB/ICP 4.3 section 6. As with the changer, it is not reset to begin with: it would forget
what it has not yet told.
"""

from contextlib import suppress

from drivers.coin.mdb.bus import MdbBus
from drivers.coin.mdb.protocol import (
    BillSetup,
    Plate,
    ReplyError,
    Stacker,
    decode_bill_setup,
    decode_plate,
    decode_stacker,
    encode_types,
)
from drivers.coin.mdb.tables import VALIDATOR, BillExpansion, Escrow, Validator
from drivers.errors import DeviceError, PeerError

_LEVEL_2 = 2
_ALL_TYPES = b"\xff\xff"


class MdbValidator:
    """One bill validator. All methods raise DeviceError when it cannot be asked."""

    def __init__(self, bus: MdbBus) -> None:
        self._bus = bus
        self.setup: BillSetup | None = None
        self.plate: Plate | None = None
        self.values: dict[int, int] = {}
        """Bill type -> yen."""

    def identify(self) -> Plate:
        """Ask who it is and which bills it knows; have it look at each closely."""
        try:
            setup = decode_bill_setup(self._bus.ask(bytes((Validator.SETUP,))))
            self.values = setup.values()
        except ReplyError as error:
            raise PeerError("coin.unknown_device", f"the bill validator: {error}") from error
        if not setup.escrow:
            detail = "the bill validator has no escrow: what it draws in could not be given back"
            raise PeerError("coin.unknown_device", detail)
        self.setup = setup
        two = setup.level >= _LEVEL_2
        which = BillExpansion.IDENTIFICATION_2 if two else BillExpansion.IDENTIFICATION_1
        try:
            data = self._bus.ask(bytes((Validator.EXPANSION, which)))
            self.plate = decode_plate(data)
        except ReplyError as error:
            raise PeerError("coin.unknown_device", f"the bill validator: {error}") from error
        self.secure()
        return self.plate

    def secure(self) -> None:
        """High security for every bill; a reset forgets it. Idempotent."""
        with suppress(DeviceError):  # one that has a single level need not know the command
            self._bus.ask(bytes((Validator.SECURITY,)) + _ALL_TYPES, tries=1)

    def let_in(self, values: frozenset[int]) -> None:
        """Take bills of exactly these values, each into escrow. Idempotent."""
        types = encode_types(frozenset(n for n, yen in self.values.items() if yen in values))
        self._bus.ask(bytes((Validator.BILL_TYPE,)) + types + types)

    def poll(self, tries: int) -> bytes:
        """What has happened; told once."""
        return self._bus.ask(bytes((Validator.POLL,)), tries=tries)

    def stacker(self) -> Stacker:
        """How many bills it has stacked."""
        try:
            return decode_stacker(self._bus.ask(bytes((Validator.STACKER,))))
        except ReplyError as error:
            raise PeerError("coin.wire", f"the bill validator: {error}") from error

    def route(self, *, stack: bool) -> None:
        """Stack the held bill or give it back; what came of it POLL tells. Sent once."""
        order = Escrow.STACK if stack else Escrow.RETURN
        self._bus.ask(bytes((Validator.ESCROW, order)))

    def reset(self) -> None:
        """Have it start anew: for one that was silent beyond its non-response time."""
        with suppress(DeviceError):
            self._bus.ask(bytes((Validator.RESET,)), tries=1)

    def line(self) -> str:
        """One line for a person."""
        assert self.plate  # noqa: S101 - identified
        assert self.setup  # noqa: S101
        return self.plate.line(VALIDATOR, f"Bill validator (MDB level {self.setup.level})")
