"""Change from a limited stock of coins: whether it can be paid, with which, and which coins
may therefore be taken in.

Exact by bounded search over all amounts (a greedy choice fails with limited stock: 60 from
one 50 and six 10 works with the tens alone). No wire, no clock.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from math import gcd

from drivers.coin.contract import Accuracy
from kiosk.money import Bill, Yen, worth

HOPPER_HOLDS = 200
"""Coins of 500 yen that fit into the smaller hoppers on the market; others hold more."""

Stock = Mapping[int, int]
"""Face value in yen -> pieces that are surely in its hopper."""


@dataclass(frozen=True, slots=True)
class Float:
    """The machine's coins: what is surely in the hoppers, and how many each holds.

    A coin taken in drops into the hopper of its value, or into the cash box when that is
    full. `pieces` never exceeds what is really there, so a full hopper is never overcounted.
    """

    pieces: tuple[tuple[int, int], ...] = ()
    capacity: tuple[tuple[int, int], ...] = field(default=(), repr=False)
    trust: tuple[tuple[int, Accuracy], ...] = ()
    """Face values whose count is anything else than `set`."""
    box: tuple[tuple[int, int], ...] = ()
    """What went past the hoppers since it was last collected: coins into the cash box, bills into
    the stacker."""
    escrow: int = field(default=0, repr=False)
    """Coins that fit into the coin escrow; 0: there is none, and coins drop past it."""
    waiting: tuple[tuple[int, int], ...] = ()
    """Coins in the escrow: they fill no hopper, and leave it all together."""

    def stock(self) -> dict[int, int]:
        """Pieces by value."""
        return dict(self.pieces)

    def taken_in(self, value: int) -> "Float":
        """With one more piece of `value`: in its hopper, in the box if that is full or none; a
        coin in the escrow, where there is one."""
        stock, room = dict(self.pieces), dict(self.capacity)
        if self.escrow and value in room:
            waiting = dict(self.waiting)
            return replace(self, waiting=_sorted({**waiting, value: waiting.get(value, 0) + 1}))
        if stock.get(value, 0) >= room.get(value, 0):
            box = dict(self.box)
            return replace(self, box=_sorted({**box, value: box.get(value, 0) + 1}))
        return self._with(value, stock.get(value, 0) + 1)

    def paid_out(self, value: int, pieces: int) -> "Float":
        """With `pieces` fewer of `value`; never below none."""
        return self._with(value, max(0, self.stock().get(value, 0) - pieces))

    def less(self, doubted: Stock, blocked: frozenset[int]) -> "Float":
        """Without the pieces `doubted`, and as if the hoppers `blocked` were empty and never
        paid again what drops into them."""
        return replace(
            self,
            pieces=tuple(
                (v, 0 if v in blocked else max(0, n - doubted.get(v, 0))) for v, n in self.pieces
            ),
            capacity=tuple((v, 0 if v in blocked else n) for v, n in self.capacity),
        )

    def doubted(self, low: frozenset[int], before: Stock) -> dict[int, int]:
        """Pieces that hoppers which say they are low may not have: what the books had in them
        when they first said so (`before`: what was doubted already). What drops in later is there.
        """
        books = {value: pieces for value, pieces in self.pieces if value in low}
        return {value: min(before.get(value, pieces), pieces) for value, pieces in books.items()}

    def counted(self, value: int, pieces: int, accuracy: Accuracy = Accuracy.SET) -> "Float":
        """With exactly `pieces` of `value`, which can be trusted so far."""
        trust = {**dict(self.trust), value: accuracy}
        kept = {v: a for v, a in trust.items() if a is not Accuracy.SET}
        return replace(self._with(value, pieces), trust=tuple(sorted(kept.items())))

    def collected(self, value: int) -> "Float":
        """With nothing of `value` in the box."""
        return replace(self, box=tuple((v, n) for v, n in self.box if v != value))

    @property
    def waiting_yen(self) -> Yen:
        """What the coins in the escrow are worth."""
        return Yen(sum(worth(value, pieces) for value, pieces in self.waiting))

    def left_waiting(self, value: int, pieces: int) -> "Float":
        """With exactly `pieces` of `value` in the escrow."""
        return replace(self, waiting=_sorted({**dict(self.waiting), value: pieces}))

    def diverted(self, *, keep: bool) -> "Float":
        """With an empty escrow; what it kept lies in the box."""
        box = Counter(dict(self.box)) + Counter(dict(self.waiting) if keep else {})
        return replace(self, box=_sorted(box), waiting=())

    def shaken(self) -> "Float":
        """As before, but no count that was trusted is any more: a coin went an unknown way."""
        trust = dict.fromkeys(self.stock(), Accuracy.INACCURATE) | {
            v: a for v, a in self.trust if a is Accuracy.UNKNOWN
        }
        return replace(self, trust=tuple(sorted(trust.items())))

    def accuracy(self, value: int) -> Accuracy:
        """How far the count of `value` can be trusted (XFS4IoT's words)."""
        return dict(self.trust).get(value, Accuracy.SET)

    def expected(self, value: int) -> int:
        """Pieces of `value` that staff should find in its hopper; -1 where nobody knows."""
        unknown = self.accuracy(value) is Accuracy.UNKNOWN
        return -1 if unknown else self.stock().get(value, 0)

    def sure(self) -> "Float":
        """Only what is counted on: a piece less where the count is inaccurate, none if unknown."""
        less = {Accuracy.INACCURATE: 1}
        unknown = {v for v, a in self.trust if a is Accuracy.UNKNOWN}
        doubts = {v: less.get(a, 0) for v, a in self.trust}
        return replace(
            self,
            pieces=tuple(
                (v, 0 if v in unknown else max(0, n - doubts.get(v, 0))) for v, n in self.pieces
            ),
        )

    def _with(self, value: int, pieces: int) -> "Float":
        return replace(self, pieces=_sorted({**dict(self.pieces), value: pieces}))


def _sorted(pieces: Stock) -> tuple[tuple[int, int], ...]:
    return tuple(sorted(pieces.items()))


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeConfig:
    """Section `[change]` of the configuration: the hoppers as the operator filled them."""

    opening: dict[str, int] = field(
        default_factory=dict,
        metadata={
            "doc": "Face value in yen -> pieces in its hopper when the journal begins; from then "
            "on the journal counts, and `kiosk stock` corrects",
            "unit": "pieces",
        },
    )
    capacity: dict[str, int] = field(
        default_factory=dict,
        metadata={
            "doc": "Face value in yen -> pieces its hopper holds before coins go to the cash "
            "box; a hopper that is not named holds 200",
            "unit": "pieces",
        },
    )

    def machine(self, hoppers: Iterable[int], escrow: int = 0) -> Float:
        """The float as it was filled, of a machine with these hoppers and an escrow for so many
        coins (0: without one)."""
        values = sorted(hoppers)
        return Float(
            tuple((value, self.opening.get(str(value), 0)) for value in values),
            tuple((value, self.capacity.get(str(value), HOPPER_HOLDS)) for value in values),
            escrow=escrow,
        )


def plan(amount: int, stock: Stock) -> tuple[tuple[int, int], ...] | None:
    """The fewest coins that make exactly `amount`: (value, pieces), dearest first; or None.

    Nothing to pay is the empty plan. Takes some 2 ms for 5,000 yen.
    """
    unit = gcd(*stock) or 1
    if amount % unit:
        return () if amount == 0 else None
    target = amount // unit
    # best[a] is the fewest-coins way to reach a, as (coins, way); a way links to the one before.
    best: list[_Way | None] = [_Way(0)] + [None] * target
    for value, pieces in _bundles(stock, amount):
        _add_bundle(best, value // unit * pieces, (value, pieces))
    way = best[target]
    return None if way is None else _gathered(way)


@dataclass(frozen=True, slots=True)
class _Way:
    coins: int
    bundle: tuple[int, int] | None = None
    before: "_Way | None" = None


def _add_bundle(best: list[_Way | None], weight: int, bundle: tuple[int, int]) -> None:
    # Downwards, so that each bundle is used once at most.
    for amount in range(len(best) - 1, weight - 1, -1):
        before = best[amount - weight]
        if before is None:
            continue
        coins = before.coins + bundle[1]
        present = best[amount]
        if present is None or coins < present.coins:
            best[amount] = _Way(coins, bundle, before)


def _gathered(way: _Way) -> tuple[tuple[int, int], ...]:
    pieces: dict[int, int] = {}
    node: _Way | None = way
    while node is not None and node.bundle is not None:
        value, count = node.bundle
        pieces[value] = pieces.get(value, 0) + count
        node = node.before
    return tuple(sorted(pieces.items(), reverse=True))


def _bundles(stock: Stock, amount: int) -> list[tuple[int, int]]:
    """Each hopper's pieces as bundles of 1, 2, 4, ...: together they make any number of it."""
    bundles = []
    for value in sorted(stock, reverse=True):
        left = min(stock[value], amount // value)
        size = 1
        while left > 0:
            bundles.append((value, min(size, left)))
            left -= size
            size *= 2
    return bundles


def payable(amounts: Iterable[int], stock: Stock) -> bool:
    """True when each of `amounts` (one of them, not all together) can be made exactly."""
    wanted = set(amounts)
    highest = max(wanted, default=0)
    reached = 1  # Bit a is set when a yen can be made.
    for value, pieces in _bundles(stock, highest):
        reached |= reached << (value * pieces)
    return all(reached >> amount & 1 for amount in wanted)


def acceptable(bill: Bill, inserted: int, machine: Float, values: Iterable[int]) -> frozenset[int]:
    """The coins of `values` that may be let in now, `inserted` yen being in already.

    Whichever of them comes next, and even if one more of them is already falling when the
    acceptor hears of it: everything inserted can be paid back exactly, and so can the change
    after any number of delivered copies. Nothing is acceptable once the bill is covered.
    """
    if inserted >= bill.due:
        return frozenset()
    chosen: list[int] = []
    for value in sorted(values):
        if all(_safe(bill, inserted, machine, (value, other)) for other in (*chosen, value)):
            chosen.append(value)
    return frozenset(chosen)


def _safe(bill: Bill, inserted: int, machine: Float, falling: tuple[int, int]) -> bool:
    """Whether the coins of `falling`, either alone or both, leave every return payable."""
    first, second = falling
    return all(
        _coverable(bill, inserted, machine, coins) for coins in ((first,), (second,), falling)
    )


def _coverable(bill: Bill, inserted: int, machine: Float, coins: tuple[int, ...]) -> bool:
    for coin in coins:
        machine = machine.taken_in(coin)
    if machine.escrow and sum(pieces for _, pieces in machine.waiting) > machine.escrow:
        return False
    everything, *change = bill.may_have_to_return(inserted + sum(coins))
    # Where nothing is delivered, what waits in the escrow comes back as the same coins.
    return payable((everything - machine.waiting_yen, *change), machine.stock())


def nearest(amount: int, stock: Stock) -> tuple[tuple[int, int], ...]:
    """The plan for the highest amount up to `amount` that can be made; empty if none can."""
    reached = 1
    for value, pieces in _bundles(stock, amount):
        reached |= reached << (value * pieces)
    reached &= (1 << (amount + 1)) - 1
    return plan(reached.bit_length() - 1, stock) or ()
