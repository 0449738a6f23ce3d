"""A file's frame: every byte belongs to an object that stands where the table says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.errors import CheckFailed
from kiosk.document.skeleton import OBJECTS_MAX, check_skeleton
from tests.kiosk.document.papers import LINES, drawn, marks_of

PLAIN = drawn(LINES)
MOST = 1 << 20
# Found once: where the file's own objects, table and trailer begin.
TABLE = PLAIN.rindex(b"xref\n0 ")


def refused(document: bytes) -> bool:
    try:
        check_skeleton(document, MOST)
    except CheckFailed as failed:
        return failed.failure in ("document.forbidden_content", "document.too_complex")
    return False


def test_plain_files_pass() -> None:
    check_skeleton(PLAIN, MOST)
    check_skeleton(marks_of(), MOST)


def test_larger_than_it_may_be() -> None:
    with pytest.raises(CheckFailed, match=r"document\.too_complex"):
        check_skeleton(PLAIN, len(PLAIN) - 1)


@given(st.integers(0, len(PLAIN) - 1))
def test_no_part_of_it_is_enough(length: int) -> None:
    # Without its last line end it is still whole.
    assert refused(PLAIN[:length]) == (length < len(PLAIN) - 1)


@given(st.integers(0, len(PLAIN)), st.binary(min_size=1, max_size=20))
def test_nothing_can_be_put_in(place: int, data: bytes) -> None:
    """Whatever is inserted moves what follows away from where the table says it is."""
    if PLAIN[:place] + data + PLAIN[place:] != PLAIN and place < TABLE:
        assert refused(PLAIN[:place] + data + PLAIN[place:])


@given(st.integers(TABLE, len(PLAIN) - 1), st.integers(0, 255))
def test_no_byte_of_the_table_may_be_another(place: int, byte: int) -> None:
    bent = bytearray(PLAIN)
    bent[place] = byte
    unimportant = PLAIN[place : place + 1].isspace() or place > PLAIN.rindex(b"trailer")
    if bytes(bent) != PLAIN and not unimportant:
        assert refused(bytes(bent))


@given(st.binary(max_size=400))
def test_any_bytes_end_in_a_name(data: bytes) -> None:
    assert refused(data)
    assert refused(PLAIN[:TABLE] + data)


def test_more_objects_than_a_certificate_has() -> None:
    out, places = bytearray(b"%PDF-1.7\n"), []
    for number in range(1, OBJECTS_MAX + 1):
        places.append(len(out))
        out += b"%d 0 obj\n<<>>\nendobj\n" % number
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (OBJECTS_MAX + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size 1 >>\nstartxref\n%d\n%%%%EOF\n" % table
    with pytest.raises(CheckFailed, match="too many objects"):
        check_skeleton(bytes(out), MOST)
