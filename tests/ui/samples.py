"""One sample screen for each kind of body, and the texts it needs; all persons are invented.

The screens of the service itself come from `kiosk.session.samples`; these cover what the layout
can be asked for, in the shortest and the longest of the languages.
"""

import tomllib
from pathlib import Path

from ui.catalog import Catalogue, flatten
from ui.catalog_files import load_catalogue
from ui.model import (
    LANGUAGES,
    Action,
    Attract,
    Choose,
    Digits,
    Notice,
    Option,
    Overlay,
    Pay,
    Progress,
    Raw,
    Review,
    ReviewRow,
    Role,
    Screen,
    Stepper,
    Switch,
    Switches,
    Tone,
    text,
)

_TEXTS = Path(__file__).with_name("sample_texts.toml")

_COLUMNS = {"ja": 0, "zh-Hans": 0, "zh-Hant": 0, "ko": 0, "en": 1, "es": 2, "pt": 2}


def catalogue(language: str) -> Catalogue:
    """The shipped texts of the language, and the sample texts of its nearest relative."""
    column = _COLUMNS[language]
    tables = tomllib.loads(_TEXTS.read_text(encoding="utf-8"))
    entries = flatten(
        {
            "sample": {
                name: {key: texts[column] for key, texts in table.items()}
                for name, table in tables.items()
            }
        }
    )
    return Catalogue(language, dict(load_catalogue(language).entries) | entries)


END = Action("end", text("button.end"), Role.END)
BACK = Action("back", text("button.back"), Role.SECONDARY)
CONFIRM = Action("confirm", text("button.confirm"), Role.PRIMARY)
TOOLS = (Action("language", text("button.language")), Action("look", text("button.look")))


def _switch(name: str, *, note: bool, on: bool = False) -> Switch:
    return Switch(
        name,
        text(f"sample.items.{name}"),
        text(f"sample.items.{name}_note") if note else None,
        on,
        text("switch.on"),
        text("switch.off"),
    )


def _row(name: str, *values: object) -> ReviewRow:
    fix = Action(f"fix:{name}", text("button.fix"))
    return ReviewRow(text(f"sample.check.{name}"), values, fix)  # type: ignore[arg-type]


ATTRACT = Screen(
    "attract",
    text("sample.attract.title"),
    Attract(
        tuple(
            (text(f"sample.attract.{n}"), text(f"sample.attract.{n}_note"))
            for n in ("card", "pin", "fee")
        ),
        Action("start", text("button.start"), Role.PRIMARY),
        tuple(Action(f"language:{code}", text(f"language.{code}")) for code in LANGUAGES),
    ),
    lead=text("sample.attract.lead"),
    tone=Tone.BRAND,
)
CARD = Screen(
    "card.place",
    text("sample.card.place"),
    Notice("card_place", (), warning=text("sample.card.faceless")),
    lead=text("sample.card.place_lead"),
    step=1,
    actions=(END, BACK),
    tools=TOOLS,
)
PIN = Screen(
    "pin.enter",
    text("sample.pin.title"),
    Digits(4, 2, text("sample.pin.warning"), text("sample.pin.hint")),
    lead=text("sample.pin.lead"),
    step=2,
    actions=(END, BACK, Action("confirm", text("button.confirm"), Role.PRIMARY, enabled=False)),
    tools=TOOLS,
    private=True,
)
CERTIFICATE = Screen(
    "certificate.choose",
    text("sample.cert.title"),
    Choose(
        (
            Option(
                "certificate:resident",
                text("sample.cert.resident"),
                text("sample.cert.note"),
                "住民票の写し",
                chosen=True,
                price=text("amount.yen", yen=300),
            ),
            Option(
                "certificate:items",
                text("sample.cert.items"),
                None,
                "住民票記載事項証明書",
                price=text("amount.yen", yen=300),
            ),
            Option(
                "certificate:seal",
                text("sample.cert.seal"),
                text("sample.cert.hours"),
                "印鑑登録証明書",
                enabled=False,
                price=text("amount.yen", yen=300),
            ),
        ),
        columns=2,
        message=Raw("サービス提供時間は8時から18時までとなります。"),
    ),
    lead=text("sample.cert.lead"),
    step=3,
    actions=(END, CONFIRM),
    tools=TOOLS,
)
MEMBERS = Screen(
    "members.choose",
    text("sample.check.persons"),
    Choose(
        tuple(
            Option(f"member:{i}", Raw(name, name=True), chosen=i in (0, 2))
            for i, name in enumerate(
                (
                    "見本 太郎",
                    "見本 花子",
                    "髙﨑\u3000葛\U000e0102子",
                    "𠮷野 渡邉\U000e010f",
                    "見本 三郎",
                    "SAMPLE MARIA DA CONCEIÇÃO",
                    "見本 五郎",
                )
            )
        ),
        many=True,
        columns=2,
    ),
    step=3,
    actions=(END, BACK, CONFIRM),
    tools=TOOLS,
    private=True,
)
ITEMS = Screen(
    "items.choose",
    text("sample.items.title"),
    Switches(
        (
            _switch("head", note=True, on=True),
            _switch("honseki", note=False),
            _switch("number", note=True),
        )
    ),
    lead=text("sample.items.lead"),
    step=3,
    actions=(END, BACK, CONFIRM),
    tools=TOOLS,
)
COPIES = Screen(
    "copies.choose",
    text("sample.copies.title"),
    Stepper(
        2,
        1,
        10,
        text("unit.copies", n=2),
        text("sample.copies.sum"),
        text("amount.yen", yen=600),
    ),
    step=3,
    actions=(END, BACK, CONFIRM),
    tools=TOOLS,
)
CHECK = Screen(
    "check",
    text("sample.check.title"),
    Review(
        (
            _row("kind", text("sample.cert.resident")),
            _row("persons", Raw("見本 太郎", name=True), Raw("見本 花子", name=True)),
            ReviewRow(text("sample.items.number"), (text("sample.check.none"),)),
            _row("copies", text("unit.copies", n=2)),
        ),
        text("amount.product", yen=300, n=2),
        text("amount.yen", yen=600),
        deny=Action("deny", text("button.deny")),
    ),
    lead=text("sample.check.lead"),
    step=4,
    actions=(END, BACK, Action("confirm", text("button.confirm_and_pay"), Role.PRIMARY)),
    tools=TOOLS,
    private=True,
)
PAY = Screen(
    "pay",
    text("sample.pay.title"),
    Pay(600, 500, (500, 100, 50, 10)),
    lead=text("sample.pay.lead"),
    step=5,
    actions=(Action("cancel", text("button.cancel_refund"), Role.END),),
    tools=TOOLS,
)
PAY_SHORT = Screen(
    "pay.short",
    text("sample.pay.title"),
    Pay(600, 1000, (100, 50, 10), (500,), text("sample.pay.lead")),
    step=5,
    actions=(Action("cancel", text("button.cancel_refund"), Role.END),),
    tools=TOOLS,
)
PRINT = Screen(
    "print",
    text("sample.print.title"),
    Progress((text("sample.print.line"),), 1, 4, "printing"),
    lead=text("sample.print.lead"),
    step=6,
    tools=TOOLS,
)
TAKE = Screen(
    "take.paper",
    text("sample.take.title"),
    Notice("paper_take", (), buttons=(Action("stop", text("button.taken")),)),
    lead=text("sample.take.lead"),
    step=6,
    tone=Tone.ALERT,
    sound="alert",
)
FORGOTTEN = Screen(
    "card.forgotten",
    text("sample.card.forgotten"),
    Notice("card_forgotten", ()),
    lead=text("sample.card.forgotten_lead"),
    tone=Tone.ALERT,
    sound="alert",
)
TIME = Screen(
    "check.time",
    CHECK.title,
    CHECK.body,
    step=4,
    actions=CHECK.actions,
    tools=TOOLS,
    private=True,
    overlay=Overlay(
        text("sample.time.title"),
        (text("sample.time.line"),),
        (
            Action("end", text("button.end"), Role.END),
            Action("extend", text("button.continue"), Role.PRIMARY),
        ),
        seconds_left=27,
    ),
)

SAMPLES: tuple[Screen, ...] = (
    ATTRACT, CARD, PIN, CERTIFICATE, MEMBERS, ITEMS, COPIES, CHECK, PAY, PAY_SHORT, PRINT, TAKE,
    FORGOTTEN, TIME,
)  # fmt: skip
PICTURES = (
    "card_place", "card_take", "card_forgotten", "paper_take", "receipt_take", "coins_take",
    "warning", "closed", "clock", "thanks", "printing", "reading",
)  # fmt: skip
