"""The certificates this terminal can issue, and the order of their pages. Data; no wire.

What a municipality offers today (fee, hours, kinds, items) comes from its one answer; this
table says what the terminal itself must know of a certificate: its Japanese name, which pages
its form may have and in which order, and whose certificate it is.

Source: J-LIS, introduction guide for municipalities v2.4 (2017), section 4.1; overview of
コンビニ交付, June 2019.
"""

import enum
from dataclasses import dataclass


class Page(enum.StrEnum):
    """One page of the form. A page that has nothing to ask is left out."""

    CERTIFICATE = "certificate"
    KIND = "kind"
    MEMBERS = "members"
    ITEMS = "items"
    WARNING = "warning"
    COPIES = "copies"
    CHECK = "check"


class Scope(enum.StrEnum):
    """Which municipality is asked: that of the address or that of the family register."""

    RESIDENCE = "residence"  # 住所地
    DOMICILE = "domicile"  # 本籍地


class Kind(enum.StrEnum):
    """交付種別: of whom the certificate speaks."""

    SELF = "self"  # 本人のみ
    HOUSEHOLD = "household"  # 世帯全員
    PART = "part"  # 世帯の一部


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate as the terminal knows it. `id` is the name on the wire."""

    id: str
    japanese: str
    scope: Scope
    pages: tuple[Page, ...]
    """Pages of its own between the choice of the certificate and the copies, in order."""


_FORM = (Page.KIND, Page.MEMBERS, Page.ITEMS, Page.WARNING)

_CERTIFICATES = (
    Certificate("resident_record", "住民票の写し", Scope.RESIDENCE, _FORM),
    Certificate("seal_registration", "印鑑登録証明書", Scope.RESIDENCE, ()),
)

ITEMS: tuple[str, ...] = ("household_head", "domicile", "individual_number")
"""世帯主・続柄, 本籍地・筆頭者, 個人番号: what this terminal has words for."""

CERTIFICATES: dict[str, Certificate] = {one.id: one for one in _CERTIFICATES}


def served(scope: Scope) -> bool:
    """True when this terminal can issue anything at all for `scope`."""
    return any(one.scope is scope for one in CERTIFICATES.values())
