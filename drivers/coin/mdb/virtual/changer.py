"""The virtual coin changer: acceptor, tubes, cash box. Source: MDB/ICP 4.3 section 5."""

from collections import Counter, deque
from collections.abc import Callable

from drivers.coin.mdb.framing import Answer, Sign
from drivers.coin.mdb.protocol import encode_types
from drivers.coin.mdb.tables import (
    CHANGER,
    IN_ORDER,
    PAYOUT_BUSY,
    TUBE_JAM,
    TYPES,
    Expansion,
    Feature,
    Routing,
)
from drivers.coin.mdb.virtual.mechanics import MdbChangerBuild
from drivers.coin.mdb.virtual.slave import SILENCE, MdbSlave
from drivers.coin.virtual.ledger import Ledger, Place
from drivers.coin.virtual.mechanics import Happening, Observer, Speeds

_LEVER = 0x01
_LEVEL_3 = 3
_DISPENSER_ERROR, _ACCEPTOR_ERROR = bytes((0x14, 0x00)), bytes((0x11, 0x00))


class VirtualTube:
    """The coins of one value that can be paid out."""

    def __init__(self, yen: int, ledger: Ledger, capacity: int) -> None:
        self.yen = yen
        self._ledger = ledger
        self._capacity = capacity
        self.jammed = False

    @property
    def pieces(self) -> int:
        """Coins inside."""
        return self._ledger.count(Place.HOPPER, self.yen)

    @property
    def room(self) -> bool:
        """True unless full."""
        return self.pieces < self._capacity

    def jam(self) -> None:
        """A coin sticks."""
        self.jammed = True

    def unjam(self) -> None:
        """The coin is taken out by hand."""
        self.jammed = False


class VirtualMdbChanger(MdbSlave):
    """Recognises, lets in, routes, tells once, pays."""

    def __init__(
        self, build: MdbChangerBuild, speeds: Speeds, ledger: Ledger, observer: Observer
    ) -> None:
        self.build = build
        self._ledger = ledger
        self._observer = observer
        self._falling: deque[tuple[float, int]] = deque()
        self.types = dict(enumerate(build.coins))
        """Coin type -> yen."""
        self.tubes = {yen: VirtualTube(yen, ledger, build.capacity) for yen in build.pieces}
        for yen, pieces in build.pieces.items():
            ledger.move(yen, Place.OUTSIDE, Place.HOPPER, pieces)
        self.fault = 0
        self.busy_for_ever = False
        """It says that it is paying and never ends."""
        super().__init__(CHANGER, build.plate, speeds)
        self._commands |= {
            1: lambda _: self._setup(),
            2: lambda _: self._tube_status(),
            4: self._coin_type,
            5: self._dispense,
            7: self._expansion,
        }

    def forget(self) -> None:
        super().forget()
        self._enabled = 0
        self._features = Feature(0)
        self._due: deque[int] = deque()
        """Values of the coins still to be paid."""
        self._next_s = 0.0
        self._paid: Counter[int] = Counter()
        """Coins by type of the last payout by value, until it is told and acknowledged."""
        self._paid_units = 0
        self._by_value = False
        self._says_paid = False

    # --- coins in --------------------------------------------------------------------------------

    def takes(self, yen: int) -> bool:
        """True while the gate would let such a coin in."""
        coin_type = self._type_of(yen)
        if not self.listening or coin_type is None or len(self.events) >= self.build.remembers:
            return False
        return bool(self._enabled >> coin_type & 1) and not self.fault

    def drop(self, yen: int) -> None:
        """A coin enters the slot. The gate decides now; it is told when it has fallen."""
        self._observer(Happening("coin_dropped", yen))
        if self.takes(yen):
            self._ledger.move(yen, Place.HAND, Place.FALLING)
            self._falling.append((self.now_s + self.speeds.fall_time_s, yen))
            return
        self._ledger.move(yen, Place.HAND, Place.TRAY)
        if self.listening and self._type_of(yen) is None:
            self.tell(0x21)
        self._observer(Happening("coin_returned", yen))

    def pull_lever(self) -> None:
        """The return lever is pulled."""
        if self.listening:
            self.tell(_LEVER)

    def _land(self, yen: int) -> None:
        tube = self.tubes.get(yen)
        goes_to_tube = tube is not None and tube.room
        place = Place.HOPPER if goes_to_tube else Place.CASHBOX
        self._ledger.move(yen, Place.FALLING, place)
        coin_type = self._type_of(yen)
        if not self.listening or coin_type is None:
            self._observer(Happening("coin_unseen", yen))
            return
        routing = Routing.TUBES if goes_to_tube else Routing.CASHBOX
        self.tell(0x40 | routing << 4 | coin_type, self._count(coin_type))
        self._observer(Happening("coin_credited", yen, place.value))

    # --- coins out -------------------------------------------------------------------------------

    def _pay(self, values: list[int]) -> None:
        self._due.extend(values)
        self._plan(self.now_s)
        self.settle()

    def _plan(self, from_s: float) -> None:
        stuck = bool(self._due) and self.tubes[self._due[0]].jammed
        wait_s = self.speeds.jam_timeout_s if stuck else self.speeds.dispense_coin_s
        self._next_s = from_s + wait_s

    def _turn(self) -> None:
        yen = self._due[0]
        tube = self.tubes[yen]
        if tube.jammed or not tube.pieces:
            self._give_up(tube)
            return
        self._due.popleft()
        self.let_out(yen)
        if self._by_value:
            self._paid[self._known_type(yen)] += 1
            self._paid_units += self.build.credits[self._known_type(yen)]
        self._plan(self._next_s)

    def let_out(self, yen: int) -> None:
        """One coin leaves its tube."""
        self._ledger.move(yen, Place.HOPPER, Place.TRAY)
        self._observer(Happening("coin_paid", yen))

    def _give_up(self, tube: VirtualTube) -> None:
        left = len(self._due)
        self._due.clear()
        if tube.jammed:
            self.tell(TUBE_JAM)
        what = "hopper_jammed" if tube.jammed else "hopper_empty"
        self._observer(Happening(what, tube.yen, f"{left} unpaid"))

    @property
    def paying(self) -> bool:
        """True while coins are going out, or it says so."""
        return bool(self._due) or self.busy_for_ever

    def settle(self) -> None:
        """Let fall and let out what is due by now."""
        while self._falling and self._falling[0][0] <= self.now_s:
            self._land(self._falling.popleft()[1])
        while self._due and self._next_s <= self.now_s and self.powered:
            self._turn()

    def next_due_s(self) -> float | None:
        """When the next coin has fallen or leaves."""
        due = [self._falling[0][0]] if self._falling else []
        due += [self._next_s] if self._due and self.powered else []
        return min(due, default=None)

    def switch_off(self) -> None:
        super().switch_off()
        self._due.clear()

    # --- commands --------------------------------------------------------------------------------

    def _passing(self) -> bytes:
        return bytes((PAYOUT_BUSY,)) if self.paying else b""

    def _type_of(self, yen: int) -> int | None:
        return next((n for n, value in self.types.items() if value == yen), None)

    def _known_type(self, yen: int) -> int:
        return next(n for n, value in self.types.items() if value == yen)

    def _count(self, coin_type: int) -> int:
        """What it counts in a tube; a changer that counts wrongly says so here."""
        tube = self.tubes.get(self.types.get(coin_type, 0))
        return min(tube.pieces, 255) if tube else 0

    def _setup(self) -> Answer:
        build = self.build
        tubes = frozenset(n for n, yen in self.types.items() if yen in self.tubes)
        return (
            bytes((build.level,))
            + build.country.to_bytes(2, "big")
            + bytes((build.scaling, build.decimals))
            + encode_types(tubes)
            + bytes(build.credits).ljust(TYPES, b"\0")
        )

    def _tube_status(self) -> Answer:
        full = frozenset(
            n for n, yen in self.types.items() if yen in self.tubes and not self.tubes[yen].room
        )
        return encode_types(full) + bytes(self._count(n) for n in range(TYPES))

    def _coin_type(self, data: bytes) -> Answer:
        if len(data) != 4:  # noqa: PLR2004 - section 5.3
            return SILENCE
        self._enabled = int.from_bytes(data[:2], "big")
        return Sign.ACK

    def _dispense(self, data: bytes) -> Answer:
        coin_type, pieces = data[0] & 0xF, data[0] >> 4
        yen = self.types.get(coin_type, 0)
        if self.paying or yen not in self.tubes:
            return Sign.NAK
        self._by_value = False
        self._pay([yen] * pieces)
        return Sign.ACK

    def _expansion(self, data: bytes) -> Answer:
        if self.build.level < _LEVEL_3 or not data:
            return SILENCE
        # An answer that was told once is forgotten with its own acknowledgement alone.
        self._says_paid = False
        known: dict[Expansion, Callable[[], Answer]] = {
            Expansion.IDENTIFICATION: lambda: self._identification(self.build.features),
            Expansion.FEATURE_ENABLE: lambda: self._enable_features(data[1:]),
        }
        if Feature.EXTENDED_DIAGNOSTICS in self._features:
            known[Expansion.DIAGNOSTICS] = self._diagnose
        if Feature.ALTERNATIVE_PAYOUT in self._features:
            known[Expansion.PAYOUT] = lambda: self._pay_value(data[1])
            known[Expansion.PAYOUT_STATUS] = self._payout_status
            known[Expansion.PAYOUT_VALUE_POLL] = self._payout_value
        command = known.get(Expansion(data[0])) if data[0] in set(Expansion) else None
        return command() if command else SILENCE

    def _enable_features(self, data: bytes) -> Answer:
        self._features = Feature(int.from_bytes(data, "big") & 0xF) & self.build.features
        return Sign.ACK

    def _diagnose(self) -> Answer:
        if any(tube.jammed for tube in self.tubes.values()):
            return _DISPENSER_ERROR
        return _ACCEPTOR_ERROR if self.fault else bytes((IN_ORDER, 0x00))

    def _pay_value(self, units: int) -> Answer:
        if self.paying:
            return Sign.NAK
        left, values = units * self.build.scaling // 10**self.build.decimals, []
        for yen in sorted(self.tubes, reverse=True):
            count = min(left // yen, self.tubes[yen].pieces)
            values += [yen] * count
            left -= yen * count
        self._paid.clear()
        self._paid_units, self._by_value = 0, True
        self._pay(values)
        return Sign.ACK

    def _payout_status(self) -> Answer:
        if self.paying:
            return Sign.ACK
        self._says_paid = True
        return bytes(self._paid[n] for n in range(TYPES))

    def _payout_value(self) -> Answer:
        if not self.paying:
            return Sign.ACK
        units, self._paid_units = self._paid_units, 0
        return bytes((units & 0xFF,))

    def _acknowledged(self) -> None:
        if self._says_paid:
            self._paid.clear()
        self._says_paid = False
