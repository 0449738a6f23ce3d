"""The host's side of a coin changer (08h): who it is, what its tubes hold, which coins it takes.

Source: MDB/ICP 4.3 section 5. The start-up it recommends begins with RESET; ours does not, since
a changer forgets with it the coins it has not yet told of. RESET is kept for one that has been
silent beyond its non-response time.
"""

from contextlib import suppress

from drivers.clock import Clock
from drivers.coin.mdb.bus import MdbBus
from drivers.coin.mdb.protocol import (
    Plate,
    ReplyError,
    Setup,
    Tubes,
    decode_plate,
    decode_setup,
    decode_tubes,
    encode_dispense,
    encode_types,
    plate_of_setup,
)
from drivers.coin.mdb.tables import (
    CHANGER,
    DIAGNOSIS,
    IN_ORDER,
    SETUP_AFTER_RESET_S,
    TYPES,
    Changer,
    Expansion,
    Feature,
)
from drivers.errors import DeviceError, PeerError

_NO_MANUAL = bytes(2)
"""The changer's own keys let out nothing while we count its tubes."""
_LEVEL_3 = 3


class MdbChanger:
    """One changer. All methods raise DeviceError when it cannot be asked."""

    def __init__(self, bus: MdbBus, clock: Clock) -> None:
        self._bus = bus
        self._clock = clock
        self.setup: Setup | None = None
        self.plate: Plate | None = None
        self.values: dict[int, int] = {}
        """Coin type -> yen."""

    @property
    def tube_types(self) -> frozenset[int]:
        """Coin types of yen that have a tube."""
        return frozenset(self.values) & (self.setup.tubes if self.setup else frozenset())

    @property
    def features(self) -> Feature:
        """What it offers beyond level 2, and we use."""
        offered = self.plate.features if self.plate else Feature(0)
        return offered & (Feature.ALTERNATIVE_PAYOUT | Feature.EXTENDED_DIAGNOSTICS)

    def identify(self) -> Plate:
        """Ask who it is and which coins it knows; have it use what it offers."""
        raw = self._bus.ask(bytes((Changer.SETUP,)))
        try:
            setup = decode_setup(raw)
            self.values = setup.values()
        except ReplyError as error:
            raise PeerError("coin.unknown_device", f"the changer: {error}") from error
        if not self.values:
            raise PeerError("coin.unknown_device", "the changer knows no coins")
        self._bus.know(bytes((Changer.SETUP,)), raw)
        self.setup = setup
        self.plate = self._ask_plate() if setup.level >= _LEVEL_3 else plate_of_setup(raw)
        self.enable_features()
        return self.plate

    def recognise(self, serial: int) -> None:
        """Make sure that it is the one of this serial. Raises PeerError `coin.unknown_device`."""
        plate = self.plate or self.identify()
        found = self._ask_plate() if self.setup and self.setup.level >= _LEVEL_3 else plate
        if found.serial != serial:
            self.plate = None
            detail = f"the changer's serial is {found.serial}, it was {serial}"
            raise PeerError("coin.unknown_device", detail)

    def enable_features(self) -> None:
        """Switch on what it offers and we use; a reset switches it off again. Idempotent."""
        if self.setup and self.setup.level >= _LEVEL_3:
            wanted = int(self.features).to_bytes(4, "big")
            self._bus.ask(bytes((Changer.EXPANSION, Expansion.FEATURE_ENABLE)) + wanted)

    def let_in(self, values: frozenset[int]) -> None:
        """Take coins of exactly these values. Its ACK is all it says to this. Idempotent."""
        types = frozenset(n for n, yen in self.values.items() if yen in values)
        self._bus.ask(bytes((Changer.COIN_TYPE,)) + encode_types(types) + _NO_MANUAL)

    def poll(self, tries: int) -> bytes:
        """What has happened; told once."""
        return self._bus.ask(bytes((Changer.POLL,)), tries=tries)

    def tubes(self) -> Tubes:
        """What it counts in its tubes."""
        try:
            return decode_tubes(self._bus.ask(bytes((Changer.TUBE_STATUS,))))
        except ReplyError as error:
            raise PeerError("coin.wire", f"the changer: {error}") from error

    def counts(self, tubes: Tubes) -> dict[int, int]:
        """The pieces of each coin type that has a tube."""
        return {n: tubes.pieces[n] for n in sorted(self.tube_types)}

    def order_coins(self, coin_type: int, pieces: int) -> None:
        """Have it pay coins of one type, once. Its ACK decides nothing, nor does silence."""
        self._bus.ask(bytes((Changer.DISPENSE,)) + encode_dispense(coin_type, pieces))

    def order_value(self, units: int) -> None:
        """Have it pay so many scaled units, in coins of its own choice, once."""
        self._bus.ask(bytes((Changer.EXPANSION, Expansion.PAYOUT, units)))

    def payout_moves(self) -> bool:
        """True until it has finished paying a value. Source: section 5.3, 0F-04H."""
        return bool(self._bus.ask(bytes((Changer.EXPANSION, Expansion.PAYOUT_VALUE_POLL))))

    def payout_told(self) -> tuple[int, ...]:
        """Coins paid by type since the last order by value; told once. Empty while it pays."""
        data = self._bus.ask(bytes((Changer.EXPANSION, Expansion.PAYOUT_STATUS)))
        return tuple(data.ljust(TYPES, b"\0")) if data else ()

    def diagnosis(self, tries: int) -> tuple[str, bool]:
        """The reason by its own diagnosis, or ""; and whether it says that all is in order."""
        if not self.features & Feature.EXTENDED_DIAGNOSTICS:
            return "", False
        code = bytes((Changer.EXPANSION, Expansion.DIAGNOSTICS))
        data = self._bus.ask(code, tries=tries)
        reasons = [DIAGNOSIS.get(main, ("", ""))[0] for main in data[::2]]
        return next(filter(None, reasons), ""), data[:1] == bytes((IN_ORDER,))

    def reset(self) -> None:
        """Have it start anew: for one that was silent beyond its non-response time."""
        with suppress(DeviceError):
            self._bus.ask(bytes((Changer.RESET,)), tries=1)

    def wait_after_reset(self) -> None:
        """Tube counts are not to be asked for sooner."""
        self._clock.sleep(SETUP_AFTER_RESET_S)

    def line(self) -> str:
        """One line for a person."""
        assert self.plate  # noqa: S101 - identified
        assert self.setup  # noqa: S101
        return self.plate.line(CHANGER, f"Changer (MDB level {self.setup.level})")

    def _ask_plate(self) -> Plate:
        data = self._bus.ask(bytes((Changer.EXPANSION, Expansion.IDENTIFICATION)))
        try:
            return decode_plate(data)
        except ReplyError as error:
            raise PeerError("coin.unknown_device", f"the changer: {error}") from error
