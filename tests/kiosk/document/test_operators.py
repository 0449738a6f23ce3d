"""Content streams: what the grammar lets through is exactly instructions."""

import pikepdf
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.errors import CheckFailed
from kiosk.document.operators import CONTENT_BYTES_MAX, grammar, words

TABLE = {"q": "", "Q": "", "w": "n", "m": "nn", "Tj": "(", "Tf": "/n", "T*": "", "f": "", "f*": ""}
GRAMMAR = grammar(TABLE)

numbers = st.integers(-99999, 99999) | st.decimals(-9999, 9999, places=4).map(float)
names = st.text("ABZaz09+._-", min_size=1, max_size=8).map(lambda text: "/" + text)
texts = st.binary(max_size=12)
_OPERANDS = {"n": numbers, "/": names, "(": texts}


@st.composite
def instructions(draw: st.DrawFn) -> tuple[str, list[object]]:
    operator = draw(st.sampled_from(sorted(TABLE)))
    return operator, [draw(_OPERANDS[kind]) for kind in TABLE[operator]]


def written(one: object) -> bytes:
    if isinstance(one, bytes):
        escaped = b"".join(b"\\%03o" % byte for byte in one)
        return b"(" + escaped + b")"
    return (one if isinstance(one, str) else f"{one:.4f}").encode()


@given(st.lists(instructions(), max_size=20), st.sampled_from([b"\n", b" ", b"\r\n  "]))
def test_what_was_written_is_what_is_read(
    made: list[tuple[str, list[object]]], space: bytes
) -> None:
    content = b"".join(
        space.join([*map(written, operands), operator.encode()]) + space
        for operator, operands in made
    )
    read = list(GRAMMAR.read(content))
    assert [operator for operator, _ in read] == [operator for operator, _ in made]
    for (_, found), (_, meant) in zip(read, made, strict=True):
        assert found == [pytest.approx(one) if isinstance(one, float) else one for one in meant]


@given(st.lists(instructions(), min_size=1, max_size=8))
def test_an_independent_reader_reads_the_same(made: list[tuple[str, list[object]]]) -> None:
    """qpdf, which drops what it does not understand, finds no more and no less."""
    content = b"".join(
        b" ".join([*map(written, operands), operator.encode()]) + b"\n"
        for operator, operands in made
    )
    with pikepdf.new() as pdf:
        theirs = pikepdf.parse_content_stream(pikepdf.Stream(pdf, content))
    assert [str(one.operator) for one in theirs] == [one for one, _ in GRAMMAR.read(content)]
    for ours, other in zip(GRAMMAR.read(content), theirs, strict=True):
        strings = [bytes(one) for one in other.operands if isinstance(one, pikepdf.String)]
        assert [one for one in ours[1] if isinstance(one, bytes)] == strings


@given(st.binary(max_size=200))
def test_any_bytes_are_instructions_or_refused(data: bytes) -> None:
    try:
        read = list(GRAMMAR.read(data))
    except CheckFailed:
        return
    for operator, operands in read:
        kinds = {"n": float, "/": str, "(": bytes}
        assert [type(one) for one in operands] == [kinds[kind] for kind in TABLE[operator]]


@pytest.mark.parametrize(
    "content",
    [
        b"1 q", b"w", b"1 2 w", b"(a) w", b"/a w", b"1 1 1 m", b"evil", b"q% comment\n", b"<41> Tj",
        b"[(a)] Tj", b"(a Tj", b"a) Tj", b"1e9 w", b"--1 w", b"1.2.3 w", b"1234567890 w", b"qQ",
        b"/#41 1 Tf", b"q\0Q", b"<< >> q", b"q (", b"true w", b"BI /W 1 ID x EI", b"((a)) Tj",
        b"(a\rb) Tj", b"(a\nb) Tj", b"(a\r\nb) Tj", b"(\0) Tj", b"(\x1f) Tj", b"(\x7f) Tj",
        b"(\xe9) Tj", b"(\t) Tj", b"(a\\\nb) Tj", b"(a\\\rb) Tj", rb"(\x) Tj", rb"(\1) Tj",
        rb"(\12) Tj", rb"(\777) Tj", rb"(\8) Tj", b"q\x0bQ", b"1\x0bw", b"q\xa0Q", b"q\x85Q",
    ],
)  # fmt: skip
def test_what_is_no_instruction(content: bytes) -> None:
    with pytest.raises(CheckFailed, match=r"document\.forbidden_content"):
        GRAMMAR.check(content)


@pytest.mark.parametrize(
    ("written_as", "meant"),
    [
        (rb"(\(\)\\)", b"()\\"), (rb"(\n\r\t\b\f)", b"\n\r\t\b\f"), (rb"(\001\012\123)", b"\1\12S"),
        (rb"(\377)", b"\xff"), (b"()", b""), (rb"(\\001)", rb"\001"),
        (rb"(\0019)", b"\x019"), (rb"(q 1 w)", b"q 1 w"),
    ],
)  # fmt: skip
def test_escapes(written_as: bytes, meant: bytes) -> None:
    """ISO 32000-2 7.3.4.2, table 3."""
    assert list(GRAMMAR.read(written_as + b" Tj")) == [("Tj", [meant])]


def test_much_is_refused_by_its_length() -> None:
    with pytest.raises(CheckFailed, match=r"document\.too_complex"):
        GRAMMAR.check(b"q Q " * (CONTENT_BYTES_MAX // 4 + 1))


def test_words_in_strings_are_no_operators() -> None:
    assert words(rb"(q Q \) q) Tj q").split() == [b"()", b"Tj", b"q"]
