"""Kinsoku, words, soft breaks. Every letter measures 1 here."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ui.linebreak import NOT_AT_END, NOT_AT_START, atoms, balance, break_lines


def count(part: str) -> float:
    return float(len(part))


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("証明書をお取りください。", 6, ["証明書をお取", "りください。"]),
        ("ください。", 4, ["くださ", "い。"]),
        ("これは「見本」です", 4, ["これは", "「見本」", "です"]),
        ("手数料は600円です", 7, ["手数料は", "600円です"]),
        ("カードを", 3, ["カード", "を"]),
        ("コピー", 2, ["コ", "ピー"]),
        ("请按“返回”。", 6, ["请按“返", "回”。"]),
        ("Copy of Resident Record", 10, ["Copy of", "Resident", "Record"]),
        ("주민표 사본", 4, ["주민표", "사본"]),
        ("a\nb", 9, ["a", "b"]),
        ("300\u00a0yenes x", 9, ["300\u00a0yenes", "x"]),
    ],
)
def test_where_lines_end(text: str, width: float, lines: list[str]) -> None:
    assert break_lines(text, width, count) == lines


def test_a_word_wider_than_the_line_cannot_be_set() -> None:
    assert break_lines("Certificado", 5, count) is None


def test_soft_breaks_come_first() -> None:
    text = "住民票などの\u200b証明書を\u200bここで\u200b受け取れます"
    assert break_lines(text, 10, count) == ["住民票などの証明書を", "ここで受け取れます"]


def test_soft_breaks_are_no_obstacle_where_the_line_is_shorter() -> None:
    assert break_lines("証明書\u200b交付サービス", 4, count) == ["証明書交", "付サービ", "ス"]


def test_a_heading_is_balanced() -> None:
    assert break_lines("あいうえおかきくけ", 8, count) == ["あいうえおかきく", "け"]
    assert balance("あいうえおかきくけ", 8, count) == ["あいうえお", "かきくけ"]


def test_balance_keeps_soft_breaks() -> None:
    assert balance("証明書\u200b交付サービス", 8, count) == ["証明書", "交付サービス"]


def test_a_variation_selector_stays_with_its_kanji() -> None:
    assert atoms("葛\U000e0102飾") == ["葛\U000e0102", "飾"]


@given(
    st.text(alphabet="あア漢、。「」（）っーabc 12円\u200b葛", max_size=30),
    st.integers(min_value=1, max_value=12),
)
def test_nothing_is_lost_and_no_rule_is_broken(text: str, width: int) -> None:
    lines = break_lines(text, width, count)
    if lines is None:
        return
    assert "".join(lines).replace(" ", "") == text.replace("\u200b", "").replace(" ", "")
    assert all(len(line) <= width for line in lines)
    if "\u200b" not in text:
        assert not any(line[:1] in NOT_AT_START for line in lines[1:] if line)
        assert not any(line[-1:] in NOT_AT_END for line in lines[:-1] if line)
