"""Checks 9 to 13 on documents drawn and signed for the purpose, each under its name."""

import io
from dataclasses import replace

import pikepdf
import pytest

from crypto.errors import CheckFailed
from kiosk.document.glyphs import Reference, find
from kiosk.document.inspect import inspect
from kiosk.document.job import Job
from tests.kiosk.centre_at_work import CentreAtWork
from tests.kiosk.document.papers import AT, LINES, STAMP, Press, drawn, marks_of, texts_of

pytestmark = pytest.mark.daemon


@pytest.fixture(scope="module")
def press(running_work: CentreAtWork) -> Press:
    return Press(running_work.state)


REFERENCE = Reference(find())


def sheets_of(job: Job) -> bytes:
    return inspect(job, REFERENCE)


def failure_of(job: Job) -> str:
    with pytest.raises(CheckFailed) as failed:
        sheets_of(job)
    return failed.value.failure


class TestSheets:
    def test_front_and_back_in_duplex_order(self, press: Press) -> None:
        stamp = replace(STAMP, pages=2)
        job = press.job(press.paper(stamp=stamp), pages=2, marks=marks_of(pages=2))
        made = sheets_of(job)
        with pikepdf.open(io.BytesIO(made)) as sheets:
            assert len(sheets.pages) == 4
            assert "/AcroForm" not in sheets.Root
            assert not any("/Annots" in page.obj for page in sheets.pages)
        texts = texts_of(made)
        assert ["住民票" in text for text in texts] == [True, False, True, False]
        assert all(STAMP.document_id in text for text in texts)
        assert ["2枚中2枚目" in text for text in texts] == [False, False, False, True]

    def test_what_was_checked_is_what_is_printed(self, press: Press) -> None:
        """The very content streams of the signed file stand in the sheets."""
        job = press.job()
        with (
            pikepdf.open(io.BytesIO(job.document)) as signed,
            pikepdf.open(io.BytesIO(sheets_of(job))) as sheets,
        ):
            certificate = signed.pages[0].obj.Contents.read_bytes()
            assert certificate.strip() in sheets.pages[0].obj.Contents.read_bytes()

    @pytest.mark.parametrize(("sheets", "pages"), [(2, 1), (1, 2)])
    def test_13_marks_for_another_number_of_sheets(
        self, press: Press, sheets: int, pages: int
    ) -> None:
        paper = press.paper(stamp=replace(STAMP, pages=pages))
        job = press.job(paper, pages=pages, marks=marks_of(pages=sheets))
        assert failure_of(job) == "marks.sheet_count"

    def test_13_marks_of_another_document(self, press: Press) -> None:
        marks = marks_of("BBBB-BBBB-CCCC-DDDD")
        assert failure_of(press.job(marks=marks)) == "marks.read_back"

    def test_marks_that_hold_what_they_must_not(self, press: Press) -> None:
        assert failure_of(press.job(marks=marks_of() + b"trailing")) == "document.forbidden_content"


class TestSignature:
    def test_10_not_signed(self, press: Press) -> None:
        from center.issuing.document import put_stamp

        bare = put_stamp(drawn(LINES), STAMP)
        assert failure_of(press.job(bare)) == "document.bad_signature"

    def test_a_bent_byte(self, press: Press) -> None:
        paper = bytearray(press.paper())
        place = bytes(paper).index(b"/Lang (ja")
        paper[place + 7] ^= 1
        assert failure_of(press.job(bytes(paper))) == "document.bad_signature"

    def test_another_municipality_or_server(self, press: Press) -> None:
        assert failure_of(press.job(municipality="99202")) == "document.bad_signature"
        assert failure_of(press.job(server="second")) == "document.bad_signature"

    def test_under_another_root_or_without_a_list_in_force(
        self, press: Press, running_work: CentreAtWork
    ) -> None:
        roots = running_work.state.trust("terminals").read_bytes()
        assert failure_of(press.job(roots=roots)) == "document.bad_signature"
        assert failure_of(press.job(crls=())) == "trust.list_not_in_force"
        assert failure_of(press.job(at=AT + 400 * 86400)) == "trust.list_not_in_force"


class TestStamp:
    @pytest.mark.parametrize(
        ("changes", "failure"),
        [
            ({"application": b"x" * 32}, "stamp.other_application"),
            ({"document_id": "XXXX"}, "stamp.other_application"),
            ({"card": b"x" * 32}, "stamp.other_person"),
            ({"persons": ("ref-2",)}, "stamp.other_person"),
            ({"certificate": "seal_registration"}, "stamp.other_kind"),
            ({"kind": "household"}, "stamp.other_kind"),
            ({"options": ("domicile",)}, "stamp.other_kind"),
        ],
    )
    def test_11_what_was_drawn_is_not_what_was_applied_for(
        self, press: Press, changes: dict[str, object], failure: str
    ) -> None:
        paper = press.paper(stamp=replace(STAMP, **changes))  # type: ignore[arg-type]
        assert failure_of(press.job(paper)) == failure
