"""What a screen says: its script, from the same texts as its words. Pure.

No wire, no clock. The order is that of reading: where I am, what to do, what can be chosen and
what is chosen, what the keys do. Names and whatever comes from others are private: they are
never spoken on the loudspeaker; on it a person is "person 2".
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from ui.catalog import SOFT_BREAK, Catalogue
from ui.model import (
    Action,
    Attract,
    Choose,
    Digits,
    Label,
    Notice,
    Pay,
    Progress,
    Raw,
    Review,
    Screen,
    Stepper,
    Switches,
    Text,
    text,
)

STEPS = 6


@dataclass(frozen=True, slots=True)
class Utterance:
    """One sentence. `key` is its text key where a clip can exist: a text without fields."""

    said: str = field(repr=False)
    key: str = ""
    private: bool = False
    """Only for a headset."""


def script(screen: Screen, catalogue: Catalogue) -> tuple[Utterance, ...]:
    """Everything the screen says, in its language; never empty."""
    labels = _overlay_labels(screen) if screen.overlay else _labels(screen)
    return tuple(_utter(label, catalogue) for label in labels)


def aloud(utterances: tuple[Utterance, ...]) -> tuple[Utterance, ...]:
    """What of it may be heard by bystanders."""
    return tuple(utterance for utterance in utterances if not utterance.private)


def headline(screen: Screen) -> str:
    """The key of the sentence that goes with the screen's sound, or "" if it has fields."""
    title = screen.overlay.title if screen.overlay else screen.title
    return title.key if isinstance(title, Text) and not title.fields else ""


def text_hash(said: str) -> str:
    """What ties a clip to its text: a clip of another text is never played."""
    return hashlib.sha256(said.replace(SOFT_BREAK, "").encode()).hexdigest()[:16]


def _utter(label: Label, catalogue: Catalogue) -> Utterance:
    said = catalogue.say(label).replace(SOFT_BREAK, "").replace("\n", " ")
    if isinstance(label, Raw):
        return Utterance(said, private=True)
    return Utterance(said, "" if label.fields else label.key)


def _labels(screen: Screen) -> Iterator[Label]:
    if screen.step:
        yield text("voice.position", n=screen.step, of=STEPS)
    yield screen.title
    if screen.lead is not None:
        yield screen.lead
    yield from _body_labels(screen)
    yield from _action_labels(screen.actions)


def _overlay_labels(screen: Screen) -> Iterator[Label]:
    overlay = screen.overlay
    if overlay is None:
        return
    yield overlay.title
    yield from overlay.lines
    if overlay.seconds_left:
        yield text("overlay.seconds_left", n=overlay.seconds_left)
    yield from _action_labels(overlay.actions)


def _action_labels(actions: tuple[Action, ...]) -> Iterator[Label]:
    yield from (action.label for action in actions if action.enabled)


def _body_labels(screen: Screen) -> Iterator[Label]:
    body = screen.body
    match body:
        case Choose():
            yield from _choose(body)
        case Switches():
            for row in body.rows:
                yield row.label
                yield row.on_label if row.on else row.off_label
            yield text("voice.keys_choose")
        case Digits():
            yield from _some(body.warning, body.hint, text("voice.typed", n=body.typed))
            yield text("voice.keys_digits")
        case Stepper():
            yield from (body.value_label, body.total, body.total_yen)
        case _:
            yield from _showing(body)


def _showing(body: Attract | Review | Pay | Progress | Notice) -> Iterator[Label]:
    """Bodies that tell rather than ask."""
    match body:
        case Attract():
            yield from (label for need in body.needs for label in need)
            yield body.start.label
        case Review():
            for row in body.rows:
                yield row.label
                yield from _persons(row.values)
            yield from (body.sum_label, body.sum_yen)
        case Pay():
            yield from _amounts(body)
        case Progress():
            yield from body.lines
        case Notice():
            yield from body.lines
            yield from _some(body.code)
            yield from _values(body.money)
            yield from _some(body.number, body.warning)
            yield from _action_labels(body.buttons)


def _some(*labels: Label | None) -> Iterator[Label]:
    yield from (label for label in labels if label is not None)


def _choose(body: Choose) -> Iterator[Label]:
    yield from _some(body.message, text("voice.choices", n=len(body.options)))
    for number, option in enumerate(body.options, start=1):
        if isinstance(option.label, Raw) and option.label.name:
            yield text("voice.name_hidden", n=number)
        yield from _some(option.label, option.price)
        if option.chosen:
            yield text("voice.chosen")
    yield text("voice.keys_choose")


def _persons(values: tuple[Label, ...]) -> Iterator[Label]:
    for number, value in enumerate(values, start=1):
        if isinstance(value, Raw) and value.name:
            yield text("voice.name_hidden", n=number)
        yield value


def _amounts(body: Pay) -> Iterator[Label]:
    pairs = (("due", body.due_yen), ("inserted", body.inserted_yen))
    for name, yen in (*pairs, ("missing", max(0, body.due_yen - body.inserted_yen))):
        yield text(f"pay.{name}")
        yield text("amount.yen", yen=yen)
    if body.coins:
        yield body.heading
        yield from _values(body.coins)
        yield from _some(body.never)
    if body.coins_refused:
        yield text("pay.coins_refused")
        yield from _values(body.coins_refused)
    yield from _some(body.note)


def _values(money: tuple[int, ...]) -> Iterator[Label]:
    yield from (text("amount.yen", yen=yen) for yen in money)
