"""The oracle: what somebody says of the money, held against where each coin and bill really is.

Customer + machine + declared unknown is constant, and the word of whoever took and paid is the
truth, or an unknown he has declared himself covers the difference. Nothing else passes.
"""

from dataclasses import dataclass

from drivers.coin.virtual.ledger import Truth


@dataclass(frozen=True, slots=True)
class Said:
    """What a driver, or a journal, says happened so far. All in yen."""

    credited_yen: int = 0
    paid_yen: int = 0
    doubted_in_yen: int = 0
    """The most that may be inside uncredited, by what it has itself declared in doubt."""
    doubted_out_yen: int = 0
    """The most that payouts of unknown outcome can have let out."""


def differences(
    truth: Truth, said: Said, truth_before: Truth | None = None, said_before: Said | None = None
) -> tuple[str, ...]:
    """Every difference that nothing declared covers, one sentence each; none: all is well.

    With the state of an earlier look, what happened since is judged alone, so that a doubt
    declared then covers nothing now.
    """
    at, told = truth_before or Truth({}), said_before or Said()
    found: list[str] = []
    if not truth.conserved:
        found.append("a coin or bill was made or destroyed")
    inside = truth.taken_yen - at.taken_yen - (said.credited_yen - told.credited_yen)
    if inside < 0:
        found.append(f"{-inside} yen were credited that never came in")
    covered = said.doubted_in_yen - told.doubted_in_yen
    if inside > covered:
        found.append(f"{inside} yen came in uncredited, {covered} are declared in doubt")
    out = truth.paid_yen - at.paid_yen - (said.paid_yen - told.paid_yen)
    if out < 0:
        found.append(f"{-out} yen are said to be paid and are still inside")
    covered = said.doubted_out_yen - told.doubted_out_yen
    if out > covered:
        found.append(f"{out} yen came out unsaid, {covered} are declared in doubt")
    return tuple(found)
