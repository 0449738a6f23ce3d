"""A PDF file's frame, before any parser may read what stands in it. Bytes in, nothing out.

One revision in the plain form: a header, numbered objects one behind the other, one
cross-reference table that names each of them where it stands, a trailer, the end. No byte of the
file belongs to nothing, so nothing can be hidden beside, before or after the objects, and two
readers cannot disagree about where an object is. Object streams, cross-reference streams, hybrid
files and updates do not exist in this form. What a parser will hold as a tree (everything that is
no stream) is bounded here, so that no dictionary can be made to fill its memory.

Source: ISO 32000-2 7.5 (file structure).
"""

import re

from crypto.errors import CheckFailed

FORBIDDEN = "document.forbidden_content"
COMPLEX = "document.too_complex"

OBJECTS_MAX = 400
"""A household of forty on ten sheets has about fifty objects."""
OBJECT_BYTES_MAX = 32 * 1024
"""Of an object without its stream; the largest that is needed is a signature."""
NESTING_MAX = 12

_HEADER = re.compile(rb"%PDF-1\.[3-7]\n(?:%[\x80-\xff]{4,12}\n)?")
_OBJECT = re.compile(rb"([1-9]\d{0,5}) 0 obj\s")
_STREAM = re.compile(rb">>\s*stream\r?\n")
_ENTRY = re.compile(rb"(\d{10}) (\d{5}) ([nf])[ \r]\n")
_TABLE = re.compile(rb"xref\n0 ([1-9]\d{0,6})\n")
_END = re.compile(rb"startxref\n(\d{1,10})\n%%EOF\n?\Z")
_ENTRY_BYTES = 20
_TAIL_BYTES = 64
_TRAILER_BYTES_MAX = 1024
_TRAILER_KEYS = frozenset({b"Root", b"Info", b"Size", b"ID"})
_KEY = re.compile(rb"/([A-Za-z]+)")
_STRING = re.compile(rb"\((?:[^()\\]|\\.)*\)|(?<!<)<[0-9A-Fa-f\s]*>(?!>)", re.DOTALL)
"""Without brackets in brackets: what writes certificates escapes them."""
_BRACKETS = re.compile(rb"<<|>>|\[|\]")
_OPENS = frozenset({b"<<", b"["})


def check_skeleton(document: bytes, most_bytes: int) -> None:
    """`document` is nothing but one revision of a plain PDF, and neither it nor an object is large.

    Takes time in proportion to the file. Raises CheckFailed `document.forbidden_content`,
    `document.too_complex`.
    """
    if len(document) > most_bytes:
        raise CheckFailed(COMPLEX, "a file larger than such a certificate can be")
    header = _HEADER.match(document)
    if header is None:
        raise CheckFailed(FORBIDDEN, "it does not begin as such a document does")
    table = _table_at(document)
    places = _places(document, table)
    if not places or places[0][0] != header.end():
        raise CheckFailed(FORBIDDEN, "bytes lie between header and objects")
    ends = [place for place, _ in places[1:]] + [table.start()]
    for (begin, number), end in zip(places, ends, strict=True):
        _check_object(document[begin:end], number)


def _table_at(document: bytes) -> re.Match[bytes]:
    """The one cross-reference table, where the end of the file says it is."""
    tail = _END.search(document, max(0, len(document) - _TAIL_BYTES))
    if tail is None:
        raise CheckFailed(FORBIDDEN, "it does not end as such a document does")
    table = _TABLE.match(document, int(tail.group(1)))
    if table is None:
        raise CheckFailed(FORBIDDEN, "no cross-reference table is where it should be")
    if int(table.group(1)) > OBJECTS_MAX:
        raise CheckFailed(COMPLEX, "too many objects")
    trailer = document[table.end() + int(table.group(1)) * _ENTRY_BYTES : tail.start()]
    _check_trailer(trailer)
    return table


def _check_trailer(trailer: bytes) -> None:
    """Root, information, size and identity; no earlier revision, nothing encrypted."""
    begins = trailer.startswith(b"trailer") and trailer.rstrip().endswith(b">>")
    if not begins or len(trailer) > _TRAILER_BYTES_MAX:
        raise CheckFailed(FORBIDDEN, "it has no trailer")
    keys = _KEY.findall(_STRING.sub(b"", trailer))
    if set(keys) - _TRAILER_KEYS or len(keys) != len(set(keys)):
        raise CheckFailed(FORBIDDEN, "another revision, encryption or something strange")


def _places(document: bytes, table: re.Match[bytes]) -> list[tuple[int, int]]:
    """Where each object begins, and its number, in the order of the file."""
    count, places = int(table.group(1)), []
    for number in range(count):
        entry = _ENTRY.match(document, table.end() + number * _ENTRY_BYTES)
        kind = entry.group(2, 3) if entry else None
        if entry is None or kind != ((b"65535", b"f") if number == 0 else (b"00000", b"n")):
            raise CheckFailed(FORBIDDEN, "an entry of the cross-reference table is not plain")
        if number:
            places.append((int(entry.group(1)), number))
    return sorted(places)


def _check_object(data: bytes, number: int) -> None:
    """One numbered object from its number to its `endobj`, with or without a stream."""
    begin = _OBJECT.match(data)
    if begin is None or int(begin.group(1)) != number:
        raise CheckFailed(FORBIDDEN, "an object is not where the table says")
    if not data.rstrip(b"\r\n ").endswith(b"endobj"):
        raise CheckFailed(FORBIDDEN, "bytes lie between objects")
    # Searched from the front and not far: a stream's own bytes are not looked at.
    stream = _STREAM.search(data, 0, OBJECT_BYTES_MAX)
    head = data[: stream.end()] if stream else data
    if len(head) > OBJECT_BYTES_MAX:
        raise CheckFailed(COMPLEX, "an object is too large")
    if head.count(b"endobj") != (0 if stream else 1):
        raise CheckFailed(FORBIDDEN, "bytes lie between objects")
    _check_nesting(_STRING.sub(b"", head))


def _check_nesting(head: bytes) -> None:
    depth = 0
    for bracket in _BRACKETS.findall(head):
        depth += 1 if bracket in _OPENS else -1
        if depth > NESTING_MAX:
            raise CheckFailed(COMPLEX, "nested too deeply")
