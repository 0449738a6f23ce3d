"""What became of a payout: decided by the hopper's own counters. No wire, no clock.

The answer to the dispense command is never used: it can be lost, doubled, or follow another
rule than the specification's. Header 166 (event counter, remaining, paid, unpaid) and header 168
(all coins ever paid) can be asked as often as one likes.

Source: ccTalk Generic Specification 4.7, Part 2 sections 3.85-3.87 and 3.90.1.17; Money Controls
SCH2 manual TSP016 (event counter, behaviour after power loss).
"""

import enum
from dataclasses import dataclass

from drivers.coin.contract import DispenseResult, DispenseTicket, Evidence
from drivers.coin.credits import advance
from drivers.coin.protocol import HopperStatus
from drivers.coin.tables import DISABLED, MEMORY_ERROR, PAYOUT_TIMEOUT, TOTAL_MODULUS, HopperFlag

NO_TOTAL = -1
_PLAUSIBLE = 255
"""No single payout moves the dispense count further than this."""


@dataclass(frozen=True, slots=True)
class HopperView:
    """All a hopper says about itself at one moment."""

    status: HopperStatus
    total: int
    """Header 168, or `NO_TOTAL`."""
    flags: tuple[HopperFlag, ...] = ()

    def has(self, register: int, bit: int) -> bool:
        """True if this flag is set."""
        return any((flag.register, flag.bit) == (register, bit) for flag in self.flags)


class Course(enum.Enum):
    """How far the hopper went with a ticket."""

    RUNNING = "running"
    NOT_TAKEN = "not taken"
    """The command has not been obeyed: counters as before."""
    TAKEN = "taken"
    RESET = "reset"
    """The hopper was reset since; its counter starts at 0 again."""
    FOREIGN = "foreign"
    """The counter moved by more than this one payout."""


def course(ticket: DispenseTicket, view: HopperView) -> Course:
    """How far the hopper went with `ticket`."""
    if view.status.remaining:
        return Course.RUNNING
    moved = moved_total(ticket, view)
    if view.status.counter == ticket.event_counter:
        if view.status.counter == 0 and (moved or (moved is None and view.has(*DISABLED))):
            # After a reset a counter that was 0 is 0 again, whatever happened in between; but
            # a reset also disables the hopper, which was enabled for this ticket.
            return Course.RESET
        return Course.FOREIGN if moved else Course.NOT_TAKEN
    if view.status.counter == 0:
        return Course.RESET
    if view.status.counter == advance(ticket.event_counter, 1):
        return Course.TAKEN
    return Course.FOREIGN


def moved_total(ticket: DispenseTicket, view: HopperView) -> int | None:
    """Coins paid since the ticket by header 168; None where that cannot be said."""
    if NO_TOTAL in {ticket.total_before, view.total} or view.has(*MEMORY_ERROR):
        return None
    moved = (view.total - ticket.total_before) % TOTAL_MODULUS
    return moved if moved <= _PLAUSIBLE else None


def judge(ticket: DispenseTicket, view: HopperView, *, refused: bool = False) -> DispenseResult:
    """The result, once the hopper stands still. `view.status.remaining` must be 0.

    `refused`: it answered NAK. Some families count a refused command as an event; then only
    the dispense count shows that nothing was paid.
    """
    if refused and moved_total(ticket, view) == 0:
        return DispenseResult(ticket, 0, Evidence.NOT_STARTED, _blocked(view))
    match course(ticket, view):
        case Course.NOT_TAKEN:
            return DispenseResult(ticket, 0, Evidence.NOT_STARTED, _blocked(view))
        case Course.TAKEN:
            return _taken(ticket, view)
        case Course.RESET:
            return _after_reset(ticket, view)
        case _:
            moved = moved_total(ticket, view)
            return DispenseResult(ticket, moved or 0, Evidence.UNKNOWN, "coin.hopper_fault")


def unknown(ticket: DispenseTicket, reason: str) -> DispenseResult:
    """The result when the hopper cannot be asked."""
    return DispenseResult(ticket, 0, Evidence.UNKNOWN, reason)


def _taken(ticket: DispenseTicket, view: HopperView) -> DispenseResult:
    status = view.status
    moved = moved_total(ticket, view)
    if moved is None:
        # Only one witness: it must at least agree with itself.
        sure = status.paid + status.unpaid == ticket.pieces and not view.has(*MEMORY_ERROR)
        evidence = Evidence.DEVICE_COUNTED if sure else Evidence.UNKNOWN
        return DispenseResult(ticket, status.paid, evidence, _why(ticket, status.paid, view))
    if moved < status.paid:
        return DispenseResult(ticket, moved, Evidence.UNKNOWN, "coin.hopper_fault")
    # More than header 166 knows is a coin that fell late: it is out, and counted.
    return DispenseResult(ticket, moved, Evidence.DEVICE_COUNTED, _why(ticket, moved, view))


def _after_reset(ticket: DispenseTicket, view: HopperView) -> DispenseResult:
    moved = moved_total(ticket, view)
    if moved is None:
        return DispenseResult(ticket, 0, Evidence.UNKNOWN, "coin.hopper_fault")
    return DispenseResult(ticket, moved, Evidence.DEVICE_COUNTED, _why(ticket, moved, view))


def _why(ticket: DispenseTicket, paid: int, view: HopperView) -> str:
    if paid == ticket.pieces:
        return ""
    if paid > ticket.pieces:
        return "coin.hopper_fault"
    return _blocked(view) or (
        "coin.hopper_empty" if view.has(*PAYOUT_TIMEOUT) else "coin.hopper_fault"
    )


def _blocked(view: HopperView) -> str:
    return next((flag.reason for flag in view.flags if flag.reason), "")
