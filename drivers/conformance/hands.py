"""Hands: what is done to a device from outside, by a virtual device, a person, or a recording.

A kind's hands are a class with one method an act; each calls `do` with the act's name, so that
every act and every count stands in the transcript and can be played again.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from drivers.conformance.case import Undecided
from drivers.conformance.transcript import NOTE, Departed, Passage, Recorder

Ask = Callable[[str], str]
"""Shows a sentence to a person and gives back what they typed (empty: just Enter)."""
Act = Callable[[str, tuple[int, ...]], int]
"""Does what is named, with these numbers; gives back what was counted, or 0."""


class Hands:
    """Lends a hand, and has it written down."""

    def __init__(self, act: Act, recorder: Recorder) -> None:
        self._act = act
        self._recorder = recorder

    def do(self, name: str, *numbers: int) -> int:
        """Have something done or counted; returns when it is."""
        counted = self._act(name, numbers)
        self._recorder.note(_note(name, numbers, counted))
        return counted


LEAVE_OUT = "s"
"""What somebody types who cannot do what is asked."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """What a person is told. `{0}`, `{1}`, ... are the act's numbers."""

    text: str
    counts: bool = False
    """The person answers with a number."""
    after: bool = False
    """It is done after Enter, while the case watches."""

    def question(self, numbers: tuple[int, ...]) -> str:
        """The sentence for these numbers."""
        told = self.text.format(*numbers)
        if self.counts:
            return f"  {told}: "
        if self.after:
            return f"  Press Enter, then {told}. "
        return f"  {told}, then press Enter. "


def person(ask: Ask, prompts: Mapping[str, Prompt]) -> Act:
    """Hands that are a person at the bench, believed when they press Enter.

    An act without a prompt is nothing a person need do. Who types `s` leaves the case out: it
    raises Undecided.
    """

    def act(name: str, numbers: tuple[int, ...]) -> int:
        prompt = prompts.get(name)
        if prompt is None:
            return 0
        while True:
            answer = ask(prompt.question(numbers)).strip()
            if answer == LEAVE_OUT:
                raise Undecided("left out by the person at the bench")
            if not prompt.counts:
                return 0
            if answer.isascii() and answer.isdigit():
                return int(answer)

    return act


def played(passages: tuple[Passage, ...]) -> Act:
    """Hands of a recorded case: the counts are those of then."""
    notes = [passage.means for passage in passages if passage.way == NOTE]

    def act(name: str, numbers: tuple[int, ...]) -> int:
        if not notes:
            raise Departed(f"after the end of the recording: {name}")
        done, _, counted = notes.pop(0).rpartition(" = ")
        if done != _note(name, numbers, 0).rpartition(" = ")[0]:
            raise Departed(f"by hand: {name} {numbers} instead of {done}")
        return int(counted)

    return act


def _note(name: str, numbers: tuple[int, ...], counted: int) -> str:
    return f"{' '.join([name, *map(str, numbers)])} = {counted}"
