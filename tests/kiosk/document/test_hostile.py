"""More than sixty hostile documents, each refused by the check that should, in the real child."""

import contextlib
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.errors import CheckFailed
from kiosk.document.confinement import MEMORY_BYTES
from kiosk.document.content import check_content, check_marks_content
from kiosk.document.examiner import Examiner
from kiosk.document.glyphs import Reference, find
from kiosk.document.inspect import inspect
from tests.kiosk.centre_at_work import CentreAtWork
from tests.kiosk.document.hostile.case import Hostile
from tests.kiosk.document.hostile.corpus import CORPUS, peak_bytes
from tests.kiosk.document.papers import Press, drawn, marks_of

pytestmark = pytest.mark.daemon

REFERENCE = Reference(find())


@pytest.fixture(scope="module")
def press(running_work: CentreAtWork) -> Press:
    return Press(running_work.state)


@pytest.fixture(scope="module")
def child() -> Iterator[Examiner]:
    with Examiner() as examiner:
        yield examiner


def test_there_are_enough_and_each_tries_something_else() -> None:
    names = [hostile.name for hostile in CORPUS]
    assert len(set(names)) == len(names) >= 60


@pytest.mark.parametrize("hostile", CORPUS, ids=lambda one: one.name)
def test_refused_by_the_check_that_should(hostile: Hostile, press: Press, child: Examiner) -> None:
    """In the child by its name, its two seconds of CPU and its memory kept by the kernel; and
    here for what it tries, not for something else that is wrong with it."""
    job = hostile.make(press)
    with pytest.raises(CheckFailed) as found:
        child.examine(job)
    assert child.ended() is None
    assert peak_bytes(child.pid) < MEMORY_BYTES
    assert found.value.failure == hostile.failure
    with pytest.raises(CheckFailed, match=hostile.why) as why:
        inspect(job, REFERENCE)
    assert why.value.failure == hostile.failure


def test_the_same_child_still_passes_what_is_right(press: Press, child: Examiner) -> None:
    assert child.examine(press.job())


def test_plain_marks_pass(press: Press) -> None:
    """What the hostile marks are made from."""
    number = press.job().document_id
    assert inspect(press.job(marks=drawn((number,), (number, "1枚中　1枚目"))), REFERENCE)


@given(st.binary(max_size=300))
def test_any_bytes_are_refused_by_a_name(data: bytes) -> None:
    for document in (data, b"%PDF-1.7\n" + data + b"startxref\n0\n%%EOF"):
        with pytest.raises(CheckFailed):
            check_content(document, 1, REFERENCE)


@given(st.data())
def test_any_byte_of_the_marks_may_be_another(data: st.DataObject) -> None:
    """Refused by a name and nothing else, or harmless: a colour, a digit of the file's number."""
    marks = bytearray(_MARKS)
    place = data.draw(st.integers(0, len(marks) - 1))
    marks[place] = data.draw(st.integers(0, 255))
    with contextlib.suppress(CheckFailed):
        assert check_marks_content(bytes(marks), REFERENCE) == 2


_MARKS = marks_of()
