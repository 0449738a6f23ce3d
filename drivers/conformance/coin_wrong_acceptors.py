"""Deliberately wrong coin acceptors, each a right one with one thing changed."""

from dataclasses import replace

from drivers.coin.tables import Header
from drivers.coin.virtual import AcceptorBuild, MachineBuild, Place
from drivers.coin.virtual.acceptor import VirtualAcceptor
from drivers.coin.virtual.mechanics import Happening
from drivers.coin.virtual.slave import ACK, Answer
from drivers.conformance.coin_wrong import WrongDevice, wrong

_TOP = 255
_UNWATCHED = MachineBuild(acceptor=AcceptorBuild(self_inhibit_s=1e9))
"""Without the watchdog that shuts an acceptor nobody polls."""


class _SkipsAfter255(VirtualAcceptor):
    """The counter goes 255, 2."""

    def push(self, a: int, b: int) -> None:
        super().push(a, b)
        if self._counter == 1 and self._turned:
            self._counter = 2
        self._turned = self._counter == _TOP

    _turned = False


class _WrapsToZero(VirtualAcceptor):
    """The counter goes 255, 0."""

    def push(self, a: int, b: int) -> None:
        wraps = self._counter == _TOP
        super().push(a, b)
        if wraps:
            self._counter = 0


class _StopsAt255(VirtualAcceptor):
    """The counter stays at 255."""

    def push(self, a: int, b: int) -> None:
        stuck = self._counter == _TOP
        super().push(a, b)
        if stuck:
            self._counter = _TOP


class _ForgetsSilently(VirtualAcceptor):
    """The counter is 1 after a reset."""

    def forget(self) -> None:
        super().forget()
        self._counter = 1


class _KeepsEventsOverReset(VirtualAcceptor):
    """Old events are still in the buffer after a reset."""

    def forget(self) -> None:
        events = list(getattr(self, "_events", []))
        super().forget()
        self._events.extend(events)


class _EmptiesBufferWhenRead(VirtualAcceptor):
    """Reading the buffer empties it."""

    def _read_events(self, data: bytes) -> Answer:
        answer = super()._read_events(data)
        self._events.extendleft([(0, 0)] * len(self._events))
        return answer


class _RepeatsStaleEvents(VirtualAcceptor):
    """Old events are told again as new ones."""

    _told = 0

    def push(self, a: int, b: int) -> None:
        super().push(a, b)
        self._told += 1
        if self._told % 3 == 0:
            super().push(*self._events[-1])


class _OldestFirst(VirtualAcceptor):
    """The buffer is the wrong way round."""

    def _read_events(self, data: bytes) -> Answer:
        raw = super()._read_events(data).data
        pairs = [raw[at : at + 2] for at in range(1, len(raw), 2)]
        return Answer(raw[:1] + b"".join(reversed(pairs)))


class _CounterStands(VirtualAcceptor):
    """A credit does not move the counter."""

    def push(self, a: int, b: int) -> None:
        super().push(a, b)
        if a:
            self._counter = (self._counter - 2) % _TOP + 1 if self._counter > 1 else 0


class _CountsTwice(VirtualAcceptor):
    """Each coin makes two credits."""

    def push(self, a: int, b: int) -> None:
        super().push(a, b)
        if a:
            super().push(a, b)


class _NextPosition(VirtualAcceptor):
    """Credits the position after the coin's own."""

    def push(self, a: int, b: int) -> None:
        super().push(a % len(self._build.coins) + 1 if a else 0, b)


class _IgnoresInhibits(VirtualAcceptor):
    """Inhibited coins are taken."""

    def _refusal(self, yen: int) -> int | None:
        mask, self._mask = self._mask, 0xFFFF
        try:
            return super()._refusal(yen)
        finally:
            self._mask = mask


class _IgnoresMaster(VirtualAcceptor):
    """Coins are taken under the master inhibit."""

    def _refusal(self, yen: int) -> int | None:
        master, self._master = self._master, 1
        try:
            return super()._refusal(yen)
        finally:
            self._master = master


class _ShiftedMask(VirtualAcceptor):
    """Inhibit bits stand for the next position."""

    def _refusal(self, yen: int) -> int | None:
        mask = self._mask
        self._mask = mask << 1
        try:
            return super()._refusal(yen)
        finally:
            self._mask = mask


class _ForgetsMaster(VirtualAcceptor):
    """The master inhibit is acknowledged and not kept."""

    def _set_master(self, data: bytes) -> Answer | None:
        return ACK if len(data) == 1 else None


class _DimInhibits(VirtualAcceptor):
    """Only eight inhibits are kept."""

    def _set_mask(self, data: bytes) -> Answer | None:
        return super()._set_mask(data[:1] + b"\0" if data else data)


class _CreditsBeforeTheGate(VirtualAcceptor):
    """Credits a coin that then comes back."""

    def drop(self, yen: int) -> None:
        position = self._position(yen)
        if self._refusal(yen) is not None or position is None:
            super().drop(yen)
            return
        self._ledger.move(yen, Place.HAND, Place.TRAY)
        self.push(position, 1)
        self._observer(Happening("coin_returned", yen))


class _CreditsWhatItRefuses(VirtualAcceptor):
    """Credits inhibited coins that come back."""

    def push(self, a: int, b: int) -> None:
        super().push(*((b - 127, 1) if not a and b > 127 and b < 254 else (a, b)))  # noqa: PLR2004 - Part 3 Table 2


class _TakesUnknownCoins(VirtualAcceptor):
    """Takes coins it does not know."""

    def _position(self, yen: int) -> int | None:
        return super()._position(yen) or 1


class _DeafWhileUnpolled(VirtualAcceptor):
    """Takes coins while nobody polls and does not count them."""

    def _land(self, yen: int, position: int) -> None:
        if self.now_s - self._polled_s > 1.0:
            self._ledger.move(yen, Place.FALLING, Place.CASHBOX)
            return
        super()._land(yen, position)


class _SortsAsEver(VirtualAcceptor):
    """The sorter override is ignored."""

    def _land(self, yen: int, position: int) -> None:
        override, self._override = self._override, 0xFF
        super()._land(yen, position)
        self._override = override


class _CountsRefusedAsAccepted(VirtualAcceptor):
    """The accept counter counts refused coins."""

    def push(self, a: int, b: int) -> None:
        super().push(a, b)
        if not a:
            self.totals[Header.ACCEPT_COUNTER] += 1


class _NewSerialAtReset(VirtualAcceptor):
    """Another serial number after each reset."""

    def forget(self) -> None:
        super().forget()
        self.plate = replace(self.plate, serial=self.plate.serial + 1)


class _Faulty(VirtualAcceptor):
    """Its self-check finds a credit sensor fault."""

    def answer(self, header: int, data: bytes) -> Answer | None:
        return Answer(b"\x03") if header == Header.SELF_CHECK else super().answer(header, data)


class _NoChecksum(VirtualAcceptor):
    """Does not know header 197."""

    def answer(self, header: int, data: bytes) -> Answer | None:
        return None if header == Header.ROM_CHECKSUM else super().answer(header, data)


class _Foreign(VirtualAcceptor):
    """Knows no coin of yen."""

    def _coin_id(self, data: bytes) -> Answer | None:
        return Answer(b"EU100A") if data == b"\x01" else Answer(b"......")


class _SwallowsTheLast(VirtualAcceptor):
    """Swallows without a credit what falls while the slot is being shut."""

    def _land(self, yen: int, position: int) -> None:
        if self._master and self._mask:
            super()._land(yen, position)
        else:
            self._ledger.move(yen, Place.FALLING, Place.CASHBOX)


WRONG: tuple[WrongDevice, ...] = (
    wrong("swallows-the-last", _SwallowsTheLast, "coin.taking.falling"),
    wrong("skips-1", _SkipsAfter255, "coin.coins.wrap"),
    wrong("wraps-to-0", _WrapsToZero, "coin.coins.wrap"),
    wrong("stops-at-255", _StopsAt255, "coin.coins.wrap"),
    wrong("hides-reset", _ForgetsSilently, "coin.coins.reset", "coin.coins.power"),
    wrong("keeps-events", _KeepsEventsOverReset, "coin.coins.reset"),
    wrong("read-empties", _EmptiesBufferWhenRead, "coin.coins.read_twice"),
    wrong("stale-events", _RepeatsStaleEvents, "coin.coins.memory"),
    wrong("oldest-first", _OldestFirst, "coin.coins.order"),
    wrong("counter-stands", _CounterStands, "coin.coins.credit"),
    wrong("credits-twice", _CountsTwice, "coin.coins.credit"),
    wrong("next-position", _NextPosition, "coin.coins.credit"),
    wrong("ignores-inhibits", _IgnoresInhibits, "coin.coins.inhibited"),
    wrong("ignores-master", _IgnoresMaster, "coin.coins.master"),
    wrong("shifted-mask", _ShiftedMask, "coin.coins.only_enabled"),
    wrong("forgets-master", _ForgetsMaster, "coin.coins.inhibits_kept"),
    wrong("dim-inhibits", _DimInhibits, "coin.coins.inhibits_kept"),
    wrong("credits-at-slot", _CreditsBeforeTheGate, "coin.coins.credit"),
    wrong("credits-refused", _CreditsWhatItRefuses, "coin.coins.inhibited"),
    wrong("takes-unknown", _TakesUnknownCoins, "coin.coins.unknown"),
    wrong(
        "deaf-unpolled",
        _DeafWhileUnpolled,
        "coin.coins.unpolled",
        build=_UNWATCHED,
    ),
    wrong("sorts-as-ever", _SortsAsEver, "coin.coins.sorter"),
    wrong("counts-refused", _CountsRefusedAsAccepted, "coin.coins.accept_counter"),
    wrong("faulty", _Faulty, "coin.coins.self_check"),
    wrong("no-checksum", _NoChecksum, "coin.identity.acceptor_minimum"),
    wrong("foreign", _Foreign, "coin.coins.names"),
    wrong("new-serial", _NewSerialAtReset, "coin.identity.serial"),
)
