"""The signals of the machine as notes; made into samples when they are played.

No wire, no clock. Every signal is soft at its beginning and end, below 2 kHz so that older ears
hear it, and different in rhythm and not only in pitch.
"""

import array
import math
from dataclasses import dataclass

RATE_HZ = 24_000
_FADE_S = 0.012
_LOUDEST = 32_000


@dataclass(frozen=True, slots=True)
class Note:
    """One tone. `hertz` 0 is a rest; `volume` 0 to 1."""

    hertz: float
    seconds: float
    volume: float = 0.35


def _chime(*hertz: float, seconds: float = 0.16, volume: float = 0.35) -> tuple[Note, ...]:
    return tuple(Note(pitch, seconds, volume) for pitch in hertz)


_TAKE = _chime(880.0, 1108.7, 1318.5)
_ALARM = (*_chime(988.0, 784.0, seconds=0.22, volume=0.8), Note(0, 0.08)) * 3

TONES: dict[str, tuple[Note, ...]] = {
    "press": (Note(1174.7, 0.035, 0.18),),
    "card_place": _chime(659.3, 880.0),
    "card_take": _TAKE,
    "paper_take": _TAKE,
    "receipt_take": _TAKE,
    "coins_take": _TAKE,
    "pay": _chime(659.3, 784.0),
    "coin": (Note(1318.5, 0.06, 0.3), Note(1760.0, 0.12, 0.3)),
    "printing": _chime(523.3, 659.3, seconds=0.2, volume=0.25),
    "thanks": _chime(784.0, 988.0, 1174.7, 1568.0, seconds=0.13),
    "error": _chime(392.0, 311.1, seconds=0.2, volume=0.45),
    "warning": (*_chime(784.0, seconds=0.14, volume=0.5), Note(0, 0.09)) * 2,
    "staff": (*_chime(659.3, 523.3, seconds=0.3, volume=0.5), Note(0, 0.1)),
    "alarm": _ALARM,
}


def samples(notes: tuple[Note, ...]) -> "array.array[int]":
    """The notes as 16-bit mono samples at `RATE_HZ`."""
    made = array.array("h")
    for note in notes:
        count = round(note.seconds * RATE_HZ)
        made.extend(_sample(note, index, count) for index in range(count))
    return made


def _sample(note: Note, index: int, count: int) -> int:
    fade = min(1.0, index / (RATE_HZ * _FADE_S), (count - index) / (RATE_HZ * _FADE_S))
    angle = 2 * math.pi * note.hertz * index / RATE_HZ
    wave = math.sin(angle) + 0.25 * math.sin(2 * angle)
    return round(_LOUDEST * note.volume * fade * wave / 1.25) if note.hertz else 0
