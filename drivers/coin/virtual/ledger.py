"""Where each coin and bill physically is: kept outside the protocol, so that a test can ask for it.

Double entry: money only ever moves from one place to another, so that for every face value
the sum over all places stays what it was at the start, namely nothing.
"""

import enum
from collections import Counter
from dataclasses import dataclass


class Place(enum.Enum):
    """A place a coin can be in. Hoppers are told apart by the coin's value."""

    OUTSIDE = "outside"
    """The staff's stock, and the world; negative as coins come from there."""
    HAND = "hand"
    """The resident's; negative by what they have put in."""
    FALLING = "falling"
    CASHBOX = "cashbox"
    HOPPER = "hopper"
    COIN_ESCROW = "coin escrow"
    """Credited, and still to be kept or given back as the same coins."""
    TRANSPORT = "transport"
    """A bill on its way in, or stuck there: nobody has been credited."""
    BILL_ESCROW = "bill escrow"
    STACKER = "stacker"
    TRAY = "tray"
    """Paid out or returned, not yet taken. Belongs to the resident."""


_INSIDE = (
    Place.FALLING,
    Place.CASHBOX,
    Place.HOPPER,
    Place.COIN_ESCROW,
    Place.TRANSPORT,
    Place.BILL_ESCROW,
    Place.STACKER,
)
_IN = {
    (Place.FALLING, Place.CASHBOX),
    (Place.FALLING, Place.HOPPER),
    (Place.FALLING, Place.COIN_ESCROW),
    (Place.BILL_ESCROW, Place.STACKER),
}
_OUT = {(Place.HOPPER, Place.TRAY), (Place.COIN_ESCROW, Place.TRAY)}


@dataclass(frozen=True, slots=True)
class Truth:
    """The coins of each place: face value in yen -> pieces."""

    pieces: dict[Place, dict[int, int]]
    taken_yen: int = 0
    """All that came in for good since the machine was made: past every chance to fall back."""
    paid_yen: int = 0
    """All that a payout has let out."""

    def yen(self, *places: Place) -> int:
        """What lies in these places together."""
        return sum(v * n for place in places for v, n in self.pieces[place].items())

    def count(self, place: Place, yen: int) -> int:
        """Pieces of one value in one place."""
        return self.pieces[place].get(yen, 0)

    @property
    def customer_yen(self) -> int:
        """What the resident has gained (lost, if negative), tray included."""
        return self.yen(Place.HAND, Place.TRAY)

    @property
    def machine_yen(self) -> int:
        """What is inside."""
        return self.yen(*_INSIDE)

    @property
    def uncredited_yen(self) -> int:
        """What left the resident's hand and has not been counted, nor come back."""
        return self.yen(Place.FALLING, Place.TRANSPORT, Place.BILL_ESCROW)

    @property
    def conserved(self) -> bool:
        """True unless a coin was made or destroyed, in any value."""
        sums: Counter[int] = Counter()
        for coins in self.pieces.values():
            sums.update(coins)
        return not any(sums.values())


class Ledger:
    """Coins by place."""

    def __init__(self) -> None:
        self._pieces: dict[Place, Counter[int]] = {place: Counter() for place in Place}
        self._taken_yen = 0
        self._paid_yen = 0

    def move(self, yen: int, source: Place, target: Place, pieces: int = 1) -> None:
        """Take coins from one place to another."""
        self._pieces[source][yen] -= pieces
        self._pieces[target][yen] += pieces
        self._taken_yen += yen * pieces * ((source, target) in _IN)
        self._paid_yen += yen * pieces * ((source, target) in _OUT)

    def count(self, place: Place, yen: int) -> int:
        """Pieces of one value in one place."""
        return self._pieces[place][yen]

    def pieces(self, place: Place) -> int:
        """Pieces of all values in one place."""
        return sum(self._pieces[place].values())

    def values(self, place: Place) -> tuple[int, ...]:
        """Face values that lie in a place."""
        return tuple(yen for yen, pieces in self._pieces[place].items() if pieces)

    def truth(self) -> Truth:
        """A copy of all places."""
        places = {place: dict(coins) for place, coins in self._pieces.items()}
        return Truth(places, self._taken_yen, self._paid_yen)
