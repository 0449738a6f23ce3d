"""Yen, the bill of one transaction, and its ledger: the only place where amounts are added.

Money is whole yen, never a fraction. No wire, no clock.
"""

from dataclasses import dataclass, replace
from typing import NewType

Yen = NewType("Yen", int)
ZERO = Yen(0)


class MoneyError(Exception):
    """An amount that cannot be: negative, or more than is there."""


def yen(amount: int) -> Yen:
    """`amount` as yen. Raises `MoneyError` if it is negative."""
    if amount < 0:
        raise MoneyError(f"{amount} is not an amount of money")
    return Yen(amount)


def worth(value_yen: int, pieces: int) -> Yen:
    """What `pieces` coins of `value_yen` are worth. Raises `MoneyError` if negative."""
    return yen(value_yen * pieces)


@dataclass(frozen=True, slots=True)
class Bill:
    """What is asked of the resident: `copies` certificates at `fee_each` yen."""

    fee_each: Yen = ZERO
    copies: int = 0

    @property
    def due(self) -> Yen:
        """The fee of all copies together."""
        return worth(self.fee_each, self.copies)

    def fee_of(self, copies: int) -> Yen:
        """The fee of `copies` delivered ones. Raises `MoneyError` above what was ordered."""
        if copies > self.copies:
            raise MoneyError(f"{copies} copies were not ordered")
        return worth(self.fee_each, copies)

    def missing(self, inserted: int) -> Yen:
        """What is still to be inserted."""
        return Yen(max(0, self.due - inserted))

    def may_have_to_return(self, inserted: int) -> tuple[Yen, ...]:
        """Every amount that may have to be paid back of `inserted`, whatever happens next:
        all of it, or the rest after the fee of 1, 2, ... delivered copies once covered."""
        if inserted < self.due:
            return (Yen(inserted),)
        return tuple(Yen(inserted - self.fee_of(n)) for n in range(self.copies + 1))


@dataclass(frozen=True, slots=True)
class Ledger:
    """Where the resident's money is. Always `inserted = kept + returned + held + owed`.

    `held` lies in the machine undecided; `kept` pays delivered copies; `returned` is
    physically out again; `owed` is left to a case that staff settles.
    """

    inserted: Yen = ZERO
    kept: Yen = ZERO
    returned: Yen = ZERO
    owed: Yen = ZERO

    def __post_init__(self) -> None:
        if min(self.inserted, self.kept, self.returned, self.owed, self.held) < 0:
            raise MoneyError("more was kept, returned or owed than had been inserted")

    @property
    def held(self) -> Yen:
        """Neither kept nor given back yet."""
        return Yen(self.inserted - self.kept - self.returned - self.owed)

    def insert(self, amount: int) -> "Ledger":
        """A coin came in."""
        return replace(self, inserted=Yen(self.inserted + yen(amount)))

    def keep(self, amount: int) -> "Ledger":
        """Held money pays for delivered copies. Raises `MoneyError` if it is not held."""
        return replace(self, kept=Yen(self.kept + yen(amount)))

    def give_back(self, amount: int) -> "Ledger":
        """Held money went out. Raises `MoneyError` if it is not held."""
        return replace(self, returned=Yen(self.returned + yen(amount)))

    def owe(self, amount: int) -> "Ledger":
        """Held money becomes a case. Raises `MoneyError` if it is not held."""
        return replace(self, owed=Yen(self.owed + yen(amount)))
