"""A step under construction: what an action writes, does and remembers, in order.

Lives within one action; what leaves it is a value. No wire, no clock.
"""

from dataclasses import replace
from typing import Any, Self

from kiosk.journal.entries import Entry, Value, entry
from kiosk.journal.memory import remember
from kiosk.link import values as link
from kiosk.machine import Step
from kiosk.settle import commands as c
from kiosk.settle.happened import Timer
from kiosk.settle.model import Settlement

Done = Step[Settlement, c.Command]


class Draft:
    """Collects commands; every entry written is remembered at once."""

    def __init__(self, model: Settlement) -> None:
        self.model = model
        self._commands: list[c.Command] = []

    def write(self, kind: str, /, **fields: Value) -> Self:
        """Journal an entry and remember it."""
        return self.enter(entry(kind, **fields))

    def enter(self, what: Entry) -> Self:
        """Journal this entry and remember it."""
        self._commands.append(c.Write(what))
        return self.set(memory=remember(self.model.memory, what))

    def do(self, *commands: c.Command) -> Self:
        """Carry these out."""
        self._commands.extend(commands)
        return self

    def tell(self, value: link.ToVisit) -> Self:
        """Say it to the visit of this transaction, if it is still there."""
        return self.do(c.Tell(value)) if self.model.alive else self

    def say(self, value: link.ToVisit) -> Self:
        """Say it to whichever process has the glass."""
        return self.do(c.Tell(value))

    def timer(self, timer: Timer, seconds: float) -> Self:
        """Start a timer anew."""
        return self.do(c.StartTimer(timer, seconds))

    def stop(self, timer: Timer) -> Self:
        """Forget a timer."""
        return self.do(c.StopTimer(timer))

    def set(self, **changes: Any) -> Self:
        """Remember for as long as this process lives."""
        self.model = replace(self.model, **changes)
        return self

    def case(self, reason: str, owed_yen: int = 0) -> Self:
        """Open a case for staff; with `owed_yen`, that much held money is left to it."""
        memory = self.model.memory
        name = f"{memory.visit[:8] or 'terminal'}-{memory.cases_opened + 1}"
        self.set(case=name)
        if owed_yen:
            return self.write("money.owed", yen=owed_yen, case=name, reason=reason)
        return self.write("case.open", yen=0, case=name, reason=reason)

    def step(self) -> Done:
        """The finished step."""
        return Step(self.model, tuple(self._commands))
