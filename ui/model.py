"""A screen as a value: what is shown, said, and can be pressed. No pygame, no clock.

`kiosk.present` makes a `Screen` from the session; `ui.layout` turns it into boxes,
`ui.paint` into pixels, `ui.voice` into speech. A press gives back an action id (a string).
Reading order = focus order = speech order = the order of the fields and tuples here.
"""

import enum
from dataclasses import dataclass, field

LANGUAGES: tuple[str, ...] = ("ja", "en", "ko", "zh-Hans", "zh-Hant", "es", "pt")


class Size(enum.StrEnum):
    """Text size; LARGE reflows into more pages."""

    NORMAL = "normal"
    LARGE = "large"


class Theme(enum.StrEnum):
    """Colours. The two contrast themes are at least 15:1."""

    NORMAL = "normal"
    CONTRAST_WHITE = "contrast_white"
    CONTRAST_YELLOW = "contrast_yellow"


@dataclass(frozen=True, slots=True)
class Look:
    """How this resident wants it. Back to the default at the end of every visit."""

    language: str = "ja"
    size: Size = Size.NORMAL
    theme: Theme = Theme.NORMAL


@dataclass(frozen=True, slots=True)
class Text:
    """A catalogue text; `fields` fill its named places (yen and n are formatted there)."""

    key: str
    fields: tuple[tuple[str, str | int], ...] = ()


@dataclass(frozen=True, slots=True)
class Raw:
    """Text that is not ours: a name, a municipality's message. Never in a catalogue or log.

    `name=True` draws it with the font chain for names (variants by IVS) and keeps it from
    being spoken on the loudspeaker.
    """

    text: str = field(repr=False)
    name: bool = False


Label = Text | Raw


def text(key: str, **fields: str | int) -> Text:
    """Shorthand for a catalogue text with fields."""
    return Text(key, tuple(sorted(fields.items())))


class Role(enum.StrEnum):
    """What a button means; its colour and place follow from it."""

    PRIMARY = "primary"  # bottom right
    SECONDARY = "secondary"  # beside the left one: 前画面へ
    END = "end"  # bottom left: 終了する, 中止する
    PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class Action:
    """A button. `id` is what the session hears as `Tapped(id)`."""

    id: str
    label: Label
    role: Role = Role.PLAIN
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class Option:
    """One tile of a choice. `japanese` shows the Japanese name small beside a translation."""

    id: str
    label: Label
    note: Label | None = None
    japanese: str = ""
    chosen: bool = False
    enabled: bool = True
    price: Label | None = None
    """What it costs, at the right of the tile."""


@dataclass(frozen=True, slots=True)
class Attract:
    """The idle picture: the three things needed, start, the languages."""

    needs: tuple[tuple[Label, Label], ...]
    start: Action
    languages: tuple[Action, ...]


@dataclass(frozen=True, slots=True)
class Choose:
    """One of several (`many=False`) or any of several. Large tiles; pages when they overflow."""

    options: tuple[Option, ...]
    many: bool = False
    columns: int = 1
    message: Label | None = None


@dataclass(frozen=True, slots=True)
class Switch:
    """One row: shown or not shown. Ids are `<id>:on` and `<id>:off`."""

    id: str
    label: Label
    note: Label | None
    on: bool
    on_label: Label
    off_label: Label
    japanese: str = ""
    """The Japanese name, small below a translation."""


@dataclass(frozen=True, slots=True)
class Switches:
    """The items to state, one switch a row."""

    rows: tuple[Switch, ...]


@dataclass(frozen=True, slots=True)
class Digits:
    """A number pad: ids `digit:0`..`digit:9` and `clear`. `typed` counts, never shows."""

    length: int
    typed: int
    warning: Label | None = None
    hint: Label | None = None


@dataclass(frozen=True, slots=True)
class Stepper:
    """Copies: ids `less`, `more`, and `copies:<n>` by keypad digit."""

    value: int
    minimum: int
    maximum: int
    value_label: Label
    total: Label
    total_yen: Label


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """One line of the check; `fix` is its 直す button."""

    label: Label
    values: tuple[Label, ...]
    fix: Action | None = None


@dataclass(frozen=True, slots=True)
class Review:
    """Everything once more, with the fee."""

    rows: tuple[ReviewRow, ...]
    sum_label: Label
    sum_yen: Label
    deny: Action | None = None
    """「私ではありません」"""


@dataclass(frozen=True, slots=True)
class Pay:
    """Money: due, inserted, missing; what is taken now, and what is not."""

    due_yen: int
    inserted_yen: int
    coins: tuple[int, ...]
    """Values of coins and bills; a row without any is not shown."""
    coins_refused: tuple[int, ...] = ()
    note: Label | None = None
    heading: Label = Text("pay.coins")
    never: Label | None = None
    """What is never taken here, below the heading."""


@dataclass(frozen=True, slots=True)
class Progress:
    """Something runs. `done`/`of` draw a bar (of=0: no bar), `lines` say what happens."""

    lines: tuple[Label, ...]
    done: int = 0
    of: int = 0
    picture: str = ""


@dataclass(frozen=True, slots=True)
class Notice:
    """A message with a picture (`ui.paint` names them: card_place, card_take, card_forgotten,
    paper_take, receipt_take, coins_take, warning, closed, clock, thanks, printing, reading)."""

    picture: str
    lines: tuple[Label, ...]
    number: Label | None = None
    """A case number or amount, large."""
    money: tuple[int, ...] = ()
    """Values of coins and bills, drawn in a row below the words."""
    buttons: tuple[Action, ...] = ()
    """Buttons in the middle (the take screen), beside those of the bar."""
    warning: Label | None = None
    """What is not possible or must not be done, in a strip of its own."""
    choices: tuple[Action, ...] = ()
    """Equal buttons below everything, on keys 1, 2, ...: the languages where they are offered."""
    code: Label | None = None
    """A failure's name, small below the words: what the clerk reads to the operator."""


LEAST_NOTE_YEN = 1000
"""Yen of this value and more are bills; less are coins."""

Body = Attract | Choose | Switches | Digits | Stepper | Review | Pay | Progress | Notice


class Tone(enum.StrEnum):
    """The ground of the whole glass."""

    NORMAL = "normal"
    BRAND = "brand"  # attract
    ALERT = "alert"  # amber, fills the glass


@dataclass(frozen=True, slots=True)
class Screen:
    """One whole screen."""

    id: str
    """Stable name, e.g. `pin.enter`; catalogue keys are `screen.<id>.…`."""
    title: Label
    body: Body
    lead: Label | None = None
    step: int = 0
    """1..6 lights the progress (card, PIN, certificate, check, pay, take); 0 hides it."""
    actions: tuple[Action, ...] = ()
    """The bar: END bottom left, SECONDARY beside it, PRIMARY bottom right."""
    tools: tuple[Action, ...] = ()
    """Top right: language, look."""
    tone: Tone = Tone.NORMAL
    private: bool = False
    """Shows something of a person: blanked behind warnings and calls for staff."""
    overlay: "Overlay | None" = None
    sound: str = ""
    """Clip or tone to play when this screen appears or `sound_beat` changes; see ui/sounds."""
    sound_beat: int = 0


@dataclass(frozen=True, slots=True)
class Overlay:
    """A question over the (blanked, if private) screen: time limit, really end?"""

    title: Label
    lines: tuple[Label, ...]
    actions: tuple[Action, ...]
    seconds_left: int = 0
