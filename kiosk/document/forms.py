"""What each certificate's form says of a person, by its printed labels. A table; no parser.

The form is the service's own, so its labels are known; where a value stands is not, and is found
from the drawing. Labels are written here without spaces, as `words.squeeze` leaves them.

Source: 住民基本台帳法 第7条 (what a record holds), 第12条 (what is left out unless asked for),
第30条の45 (foreign residents); 印鑑登録証明事務処理要領 (昭和49年自治振第10号).
"""

from dataclasses import dataclass

OMITTED = "【省略】"
NAME, BIRTHDAY = "氏名", "生年月日"


@dataclass(frozen=True, slots=True)
class Form:
    """One certificate's labels."""

    title: str
    a_sheet: tuple[tuple[str, ...], ...]
    """Each stands once on every sheet; of several, one."""
    a_person: tuple[tuple[str, ...], ...]
    """Each stands once for every person; of several, one."""
    withheld: dict[str, tuple[str, ...]]
    """Option -> labels whose value is `OMITTED` unless the option was chosen. "": always."""

    @property
    def labels(self) -> frozenset[str]:
        """All of them."""
        every = (*self.a_sheet, *self.a_person, *self.withheld.values(), self.others)
        return frozenset(label for some in every for label in some)

    others: tuple[str, ...] = ()
    """Labels that may stand anywhere, or nowhere."""


FORMS: dict[str, Form] = {
    "resident_record": Form(
        title="住民票",
        a_sheet=(("住所",), ("世帯主",)),
        a_person=(
            (NAME,), (BIRTHDAY,), ("性別",), ("続柄",), ("本籍", "国籍・地域"), ("個人番号",),
            ("住民票コード",),
        ),
        withheld={
            "household_head": ("世帯主", "続柄"),
            "domicile": (
                "本籍", "筆頭者", "国籍・地域", "在留資格", "在留期間等", "在留カード等の番号",
            ),
            "individual_number": ("個人番号",),
            "": ("住民票コード",),
        },
        others=("住民となった年月日", "住所を定めた年月日", "届出の年月日"),
    ),
    "seal_registration": Form(
        title="印鑑登録証明書",
        a_sheet=(),
        a_person=((NAME,), (BIRTHDAY,), ("性別",), ("住所",)),
        withheld={},
    ),
}  # fmt: skip
NAMING: dict[str, tuple[str, ...]] = {
    "household_head": ("世帯主",),
    "domicile": ("筆頭者",),
}
"""Option -> labels whose value may name a person who was not applied for."""
