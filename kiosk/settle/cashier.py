"""The supervisor as a cashier, in the words of UnifiedPOS: what a deposit stands at, what each
hopper holds, how far that is to be believed, and what is wrong with it.

The table in `kiosk.settle.rules` is the cashier; this module only says it in those words.
Source: UnifiedPOS, chapters Cash Changer and Bill Acceptor (beginDeposit, pauseDeposit, fixDeposit,
endDeposit, readCashCounts, deposit and device status); XFS4IoT, Storage (accuracy). No wire, no
clock.
"""

import enum
from collections.abc import Mapping
from dataclasses import dataclass

from drivers.coin.contract import Accuracy
from kiosk.settle.model import Settlement, State


class Deposit(enum.StrEnum):
    """Where money that is being taken in stands."""

    NONE = "none"
    STARTED = "started"
    """Coins and bills are let in (beginDeposit, or resumed)."""
    PAUSED = "paused"
    """The slot is shut for now: a bill is being stacked, or no coin could be given back."""
    FIXED = "fixed"
    """The amount is final (fixDeposit); what follows is change, no change, or repay."""
    ENDING = "ending"
    """Kept, paid out as change, or repaid, one hopper after the other (endDeposit)."""
    EXCHANGE = "exchange"
    """Staff fills and collects."""


_BY_STATE: Mapping[State, Deposit] = {
    State.PAYING: Deposit.STARTED,
    State.HELD: Deposit.FIXED,
    State.CLEARING: Deposit.FIXED,
    State.PRINTING: Deposit.FIXED,
    State.STOPPING: Deposit.FIXED,
    State.JUDGING: Deposit.FIXED,
    State.COUNTING: Deposit.FIXED,
    State.DRAINING: Deposit.FIXED,
    State.SETTLING: Deposit.ENDING,
    State.DIVERTING: Deposit.ENDING,
    State.READYING: Deposit.ENDING,
    State.DISPENSING: Deposit.ENDING,
    State.EXCHANGE: Deposit.EXCHANGE,
}


class Fill(enum.StrEnum):
    """How full a hopper is, or that it does not work."""

    OK = "ok"
    NEAR_EMPTY = "near-empty"
    EMPTY = "empty"
    NEAR_FULL = "near-full"
    FULL = "full"
    JAM = "jam"


_NEAR_FULL = 0.9
"""Of what a hopper holds: the next residents' coins go to the cash box soon."""


@dataclass(frozen=True, slots=True)
class CashCount:
    """One denomination: what its hopper holds."""

    yen: int
    pieces: int
    accuracy: Accuracy
    fill: Fill


def deposit_of(model: Settlement) -> Deposit:
    """Where the deposit stands."""
    if model.state is State.PAYING and not model.open_coins:
        return Deposit.PAUSED
    return _BY_STATE.get(model.state, Deposit.NONE)


def cash_counts(model: Settlement) -> tuple[CashCount, ...]:
    """Every hopper, the smallest value first."""
    coins = model.memory.coins
    return tuple(
        CashCount(value, pieces, coins.accuracy(value), _fill(model, value, pieces))
        for value, pieces in coins.pieces
    )


def _fill(model: Settlement, value: int, pieces: int) -> Fill:
    holds = dict(model.memory.coins.capacity).get(value, 0)
    states = (
        (value in model.blocked, Fill.JAM),
        (pieces == 0, Fill.EMPTY),
        (value in dict(model.doubted), Fill.NEAR_EMPTY),
        (pieces >= holds > 0, Fill.FULL),
        (value in model.full or pieces >= _NEAR_FULL * holds > 0, Fill.NEAR_FULL),
    )
    return next((fill for holds_now, fill in states if holds_now), Fill.OK)
