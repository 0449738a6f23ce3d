"""Content streams by a strict grammar: known operators behind exactly their operands.

Readers of PDFs differ in what they make of bytes that are no operator: one drops them, another
draws what follows. So nothing is dropped here: the whole stream must be instructions of the table
it is read by, in plain tokens, or it is refused. Takes time in proportion to the bytes; the
expressions have no way back. Bytes in, values out.

Source: ISO 32000-2 7.2 (tokens), 7.3.4.2 (literal strings), Annex A (operators).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from crypto.errors import CheckFailed
from kiosk.document.skeleton import COMPLEX, FORBIDDEN

CONTENT_BYTES_MAX = 512 * 1024
"""Of one page's operators, or of one drawing's; an emblem takes two hundred thousand."""
_SPACE = rb"[\t\n\f\r ]"
"""As PDF has it: Python's own class has a vertical tab besides, and is without a zero byte."""
_NUMBER = rb"[-+]?(?>\d{1,9}+(?:\.\d{0,9}+)?|\.\d{1,9}+)" + _SPACE + rb"++"
_NAME = rb"/[A-Za-z0-9+._-]{1,64}" + _SPACE + rb"++"
_TEXT = rb"\((?>[ -'*-\[\]-~]|\\[nrtbf()\\]|\\[0-3][0-7]{2})*+\)" + _SPACE + rb"*+"
"""Printable as they are, all others as escapes of one length: a line's end within a string is one
byte to some and another to others, and so is an escape that does not exist."""
_KINDS = {"n": _NUMBER, "/": _NAME, "(": _TEXT}

_STRINGS = re.compile(_TEXT, re.DOTALL)
_TOKEN = re.compile(rb"\((?P<text>(?>[^()\\]|\\.)*+)\)|(?P<word>[^\s()]++)", re.DOTALL)
_ESCAPE = re.compile(rb"\\([0-7]{3}|.)")
_ESCAPED = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}
_NUMERIC = frozenset(b"0123456789+-.")
_SLASH = ord("/")

Operand = float | str | bytes
"""A number, a name with its slash, or a string's bytes."""


@dataclass(frozen=True, slots=True)
class Grammar:
    """Which operators there are, and what stands before each."""

    expression: re.Pattern[bytes]

    def check(self, content: bytes) -> None:
        """`content` is instructions and nothing else.

        Raises CheckFailed `document.forbidden_content`, `document.too_complex`.
        """
        if len(content) > CONTENT_BYTES_MAX:
            raise CheckFailed(COMPLEX, "too many operators")
        if not self.expression.fullmatch(content):
            raise CheckFailed(FORBIDDEN, "an operator or operand that is not needed here")

    def read(self, content: bytes) -> Iterator[tuple[str, list[Operand]]]:
        """Operator and operands of each instruction. Raises as `check`, before the first."""
        self.check(content)
        return _instructions(content)


def grammar(table: dict[str, str]) -> Grammar:
    """The grammar of operators by their operands: `n` a number, `/` a name, `(` a string."""
    by_operands: dict[str, list[str]] = {}
    for operator, operands in table.items():
        by_operands.setdefault(operands, []).append(operator)
    instruction = b"|".join(
        b"".join(_KINDS[kind] for kind in operands) + b"(?:" + _one_of(operators) + b")"
        for operands, operators in by_operands.items()
    )
    return Grammar(
        re.compile(rb"%b*+(?>(?>%b)(?:%b++|\Z))*+" % (_SPACE, instruction, _SPACE), re.DOTALL)
    )


def words(content: bytes) -> bytes:
    """Checked content with its strings emptied: every word in it is an operator, number or name."""
    return _STRINGS.sub(b"() ", content)


def _one_of(operators: list[str]) -> bytes:
    longest_first = sorted(operators, key=len, reverse=True)
    return b"|".join(re.escape(operator.encode()) for operator in longest_first)


def _instructions(content: bytes) -> Iterator[tuple[str, list[Operand]]]:
    operands: list[Operand] = []
    for token in _TOKEN.finditer(content):
        word = token["word"]
        if word is None:
            operands.append(_unescaped(token["text"]))
        elif word[0] == _SLASH:
            operands.append(word.decode())
        elif word[0] in _NUMERIC:
            operands.append(float(word))
        else:
            yield word.decode(), operands
            operands = []


def _unescaped(text: bytes) -> bytes:
    return _ESCAPE.sub(_meant, text) if b"\\" in text else text


def _meant(escape: re.Match[bytes]) -> bytes:
    said = escape[1]
    if said.isdigit():
        return bytes([int(said, 8)])
    return _ESCAPED.get(said, said)
