"""The tubes as last told, and the cursor that carries their counts. No wire, no clock.

Which telling is a new coin, and which is the last one said again because its acknowledgement was
lost on the bus: a tube that has not grown has got no coin.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

from drivers.coin.contract import (
    CoinAccepted,
    CoinEvent,
    CoinMaybe,
    CoinRefused,
    CreditCursor,
)
from drivers.coin.credits import advance
from drivers.coin.mdb.protocol import Deposited, Tubes
from drivers.coin.mdb.tables import Routing
from drivers.coin.mdb.witness import UNKNOWN, come, pack, unpack


class TubeBook:
    """Counts by coin type, and what they make of a telling."""

    def __init__(
        self, cursor: CreditCursor, values: Mapping[int, int], tubes: frozenset[int]
    ) -> None:
        """`values`: coin type -> yen; `tubes`: the types that have one; counts as in `cursor`."""
        self.cursor = cursor
        self._values = values
        self._tubes = tubes
        self.counts = unpack(cursor.accepted_total, tubes)
        self._overflowing: frozenset[int] = frozenset()
        """Coin types that may fall into the cash box, by their full tube."""
        self._blunt: set[int] = set()
        """Coin types whose count has been seen not to grow with a coin."""
        self.catching_up = False
        """Tellings may be missing until the tubes have been asked."""
        self.unwitnessed = False
        """A coin was told that no count shows: told once more it would look like another."""
        self.came_in: Counter[int] = Counter()
        """Coins by type that came into tubes since it was last cleared."""

    def deposited(self, coin: Deposited, *, again: bool) -> tuple[CoinEvent, ...]:
        """What a telling of a coin is: a credit, none, or a doubt.

        `again`: it stood at the same place of the answer before.
        """
        code = 0x40 | coin.routing << 4 | coin.coin_type
        yen = self._values.get(coin.coin_type)
        in_tube = coin.routing is Routing.TUBES and coin.coin_type in self._tubes
        if coin.routing is Routing.REJECT:
            return (CoinRefused(code, self.next()),)
        grew = not in_tube or coin.pieces > self.counts.get(coin.coin_type, -1)
        sharp = in_tube and coin.coin_type not in self._blunt
        if again and sharp and not grew:
            return ()  # the same coin, told again
        self.unwitnessed = self.unwitnessed or not sharp
        if yen is None or coin.routing is Routing.NOT_USED or (again and not sharp):
            return (CoinMaybe(code, self.next()),)
        if in_tube:
            self._blunt |= set() if grew else {coin.coin_type}
            self._count(coin.coin_type, 1, coin.pieces)
            self.came_in[coin.coin_type] += 1
        else:
            self._overflowing |= {coin.coin_type}
        return (CoinAccepted(yen, self.next()),)

    def taken_out(self, coin_type: int, count: int, pieces: int) -> None:
        """Somebody let coins out by the changer's own keys; `pieces` are left."""
        if coin_type in self._tubes:
            self._count(coin_type, -count, pieces)

    def _count(self, coin_type: int, more: int, pieces: int) -> None:
        """Believe the count that is told; but while tellings are missing, only this one's part of
        it, or the count would hide what was not told.
        """
        known = coin_type in self.counts
        by_telling = self.catching_up and known
        self.counts[coin_type] = self.counts[coin_type] + more if by_telling else pieces

    def untold(self, counts: Mapping[int, int]) -> dict[int, int]:
        """Coins by type that are in the tubes now and were never told."""
        return come(self.counts, counts)

    def found(self, coin_type: int) -> CoinAccepted:
        """Credit one coin by the count of its tube."""
        self.counts[coin_type] += 1
        return CoinAccepted(self._values[coin_type], self.next())

    def adopt(self, tubes: Tubes) -> bool:
        """Go on from these; True if they are not what was known."""
        counts = {n: tubes.pieces[n] for n in sorted(self._tubes)}
        self._overflowing = tubes.full & self._tubes
        moved = counts != self.counts or self.cursor.accepted_total == UNKNOWN
        self.counts = counts
        return moved

    def may_have_overflowed(self, values: frozenset[int], tubes: Tubes) -> bool:
        """True if a coin of these values may lie in the cash box, where nothing counts it."""
        unseen = self._overflowing | tubes.full | tubes.defective
        return any(
            yen in values and (n in unseen or n not in self._tubes)
            for n, yen in self._values.items()
        )

    def next(self) -> CreditCursor:
        """The cursor after one more event. Its counter is ours: the changer has none."""
        self.cursor = replace(self.here(), counter=advance(self.cursor.counter, 1))
        return self.cursor

    def here(self) -> CreditCursor:
        """The cursor with the counts as they are."""
        total = pack(self.counts) if self.counts else UNKNOWN
        self.cursor = replace(self.cursor, accepted_total=total)
        return self.cursor
