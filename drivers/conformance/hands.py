"""Hands: what is done to a device from outside, by a virtual device, a person, or a recording.

A kind's hands are a class with one method an act; each calls `do` with the act's name, so that
every act and every count stands in the transcript and can be played again.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

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


@dataclass(frozen=True, slots=True)
class Prompt:
    """What a person is told. `{0}`, `{1}`, ... are the act's numbers."""

    text: str
    counts: bool = False
    """The person answers with a number."""


def person(ask: Ask, prompts: Mapping[str, Prompt]) -> Act:
    """Hands that are a person at the bench, believed when they press Enter.

    An act without a prompt is nothing a person need do.
    """

    def act(name: str, numbers: tuple[int, ...]) -> int:
        prompt = prompts.get(name)
        if prompt is None:
            return 0
        text = prompt.text.format(*numbers)
        if not prompt.counts:
            ask(f"{text}, then press Enter. ")
            return 0
        while True:
            answer = ask(f"{text}: ").strip()
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
