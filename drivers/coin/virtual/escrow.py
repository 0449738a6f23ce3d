"""The virtual motorised escrow: credited coins lie in it until a flap opens to one side.

Commands: ccTalk Generic Specification 4.7, Part 2 sections 3.145-3.146 and the core set.
"""

from drivers.coin.tables import Category, Header
from drivers.coin.virtual.ledger import Ledger, Place
from drivers.coin.virtual.mechanics import EscrowBuild, Happening, Observer, Speeds
from drivers.coin.virtual.slave import ACK, NAK, Answer, Slave

_IDLE, _OPERATING, _FAULT = 0, 1, 2
_ACCEPT, _RETURN = 0, 1
_FULL = 255
_FAILS = {_ACCEPT: 11, _RETURN: 31}


class VirtualEscrow(Slave):
    """Holds coins, keeps them or gives them back, all at once."""

    def __init__(
        self, build: EscrowBuild, speeds: Speeds, ledger: Ledger, observer: Observer
    ) -> None:
        super().__init__(Category.ESCROW, build.plate, speeds)
        self._build = build
        self._ledger = ledger
        self._observer = observer
        self.fault = 0
        self.stuck = False
        """True: the flap will not open."""
        self._divert: int | None = None
        self._due_s = 0.0
        self._commands |= {
            Header.OPERATE_ESCROW: self._operate,
            Header.ESCROW_STATUS: self._status,
        }

    @property
    def room(self) -> bool:
        """True unless full."""
        return self._ledger.pieces(Place.COIN_ESCROW) < self._build.capacity

    def stick(self) -> None:
        """The flap will not open any more."""
        self.stuck = True

    def free(self) -> None:
        """Staff has put it in order; the coins lie where they lay."""
        self.stuck, self.fault = False, 0

    def settle(self) -> None:
        """Let the flap open when it is due."""
        if self._divert is None or self._due_s > self.now_s or not self.powered:
            return
        divert, self._divert = self._divert, None
        if self.stuck:
            self.fault = _FAILS[divert]
            self._observer(Happening("escrow_stuck"))
            return
        self._empty(Place.TRAY if divert == _RETURN else Place.CASHBOX)

    def next_due_s(self) -> float | None:
        """When the flap has opened and closed."""
        return None if self._divert is None else self._due_s

    def forget(self) -> None:
        """Power or reset in the midst: the flap falls shut, the coins stay."""
        self._divert = None

    def _empty(self, target: Place) -> None:
        for yen in self._ledger.values(Place.COIN_ESCROW):
            pieces = self._ledger.count(Place.COIN_ESCROW, yen)
            self._ledger.move(yen, Place.COIN_ESCROW, target, pieces)
        self._observer(Happening("escrow_emptied", 0, target.value))

    def _operate(self, data: bytes) -> Answer | None:
        if len(data) != 1 or data[0] not in _FAILS:
            return None
        if self.fault or self._divert is not None:
            return NAK
        self._divert, self._due_s = data[0], self.now_s + self.speeds.flap_s
        self._observer(Happening("escrow_turns"))
        return ACK

    def _status(self, _: bytes) -> Answer:
        moving = _IDLE if self._divert is None else _OPERATING
        operation = _FAULT if self.fault else moving
        inside = self._ledger.pieces(Place.COIN_ESCROW)
        level = min(_FULL, -(-inside * _FULL // self._build.capacity))
        if not self._build.counts:
            level = _FULL * (not self.room)
        return Answer(bytes((operation, level, self.fault)))
