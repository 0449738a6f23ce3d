"""Checks 9 to 13 on documents drawn and signed for the purpose, each under its name."""

import io
from collections.abc import Iterator
from dataclasses import replace

import pikepdf
import pypdfium2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.errors import CheckFailed
from kiosk.document.content import check_content
from kiosk.document.examiner import Examiner
from kiosk.document.inspect import inspect
from kiosk.document.job import BadFrame, Job, pack_job, unpack, unpack_job
from kiosk.document.words import is_individual_number, squeeze
from tests.kiosk.centre_at_work import CentreAtWork
from tests.kiosk.document.papers import AT, LINES, STAMP, Mend, Press, drawn

pytestmark = pytest.mark.daemon


@pytest.fixture(scope="module")
def press(running_work: CentreAtWork) -> Press:
    return Press(running_work.state)


def failure_of(job: Job) -> str:
    with pytest.raises(CheckFailed) as failed:
        inspect(job)
    return failed.value.failure


class TestSheets:
    def test_front_and_back_in_duplex_order(self, press: Press) -> None:
        stamp = replace(STAMP, pages=2)
        marks = drawn(("おもて", "うら"), 4)
        job = press.job(press.paper(stamp=stamp), pages=2, marks=marks)
        with pikepdf.open(io.BytesIO(inspect(job))) as sheets:
            assert len(sheets.pages) == 4
            assert "/AcroForm" not in sheets.Root
            assert not any("/Annots" in page.obj for page in sheets.pages)
        texts = texts_of(inspect(job))
        assert ["見本花子" in text for text in texts] == [True, False, True, False]
        assert all("おもて" in text for text in texts)

    def test_marks_for_another_number_of_sheets(self, press: Press) -> None:
        assert failure_of(press.job(marks=drawn(("裏",), 3))) == "marks.sheet_count"

    def test_marks_that_hold_what_they_must_not(self, press: Press) -> None:
        marks = drawn(("裏",), 2) + b"trailing"
        assert failure_of(press.job(marks=marks)) == "document.forbidden_content"


def texts_of(pdf: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(pdf)
    return [squeeze(page.get_textpage().get_text_range()) for page in document]


def _open_action(pdf: pikepdf.Pdf) -> None:
    pdf.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")


def _names(pdf: pikepdf.Pdf) -> None:
    pdf.Root.Names = pikepdf.Dictionary(EmbeddedFiles=pikepdf.Dictionary(Names=[]))


def _layers(pdf: pikepdf.Pdf) -> None:
    pdf.Root.OCProperties = pikepdf.Dictionary(OCGs=[], D=pikepdf.Dictionary())


def _xfa(pdf: pikepdf.Pdf) -> None:
    pdf.Root.AcroForm = pikepdf.Dictionary(Fields=[], XFA=pikepdf.Stream(pdf, b"<xdp/>"))


def _page_action(pdf: pikepdf.Pdf) -> None:
    action = pikepdf.Dictionary(S=pikepdf.Name.URI, URI="https://x.example/")
    pdf.pages[0].obj.AA = pikepdf.Dictionary(O=action)


def _link(pdf: pikepdf.Pdf) -> None:
    note = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=[0, 0, 9, 9])
    pdf.pages[0].obj.Annots = pdf.make_indirect(pikepdf.Array([note]))


def _rotated(pdf: pikepdf.Pdf) -> None:
    pdf.pages[0].obj.Rotate = 90


def _letter(pdf: pikepdf.Pdf) -> None:
    pdf.pages[0].obj.MediaBox = pikepdf.Array([0, 0, 612, 792])


def _loose_font(pdf: pikepdf.Pdf) -> None:
    font = pikepdf.Dictionary(
        Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica
    )
    pdf.pages[0].obj.Resources.Font.Extra = pdf.make_indirect(font)


def _far_stream(pdf: pikepdf.Pdf) -> None:
    stream = pikepdf.Stream(pdf, b"")
    stream.F = pikepdf.String("file:///etc/passwd")
    pdf.pages[0].obj.Resources.Far = pdf.make_indirect(stream)


def _postscript(pdf: pikepdf.Pdf) -> None:
    stream = pikepdf.Stream(pdf, b"showpage", Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.PS)
    stream.PS = pikepdf.Dictionary()
    pdf.pages[0].obj.Resources.Extra = pdf.make_indirect(stream)


def _deep(pdf: pikepdf.Pdf) -> None:
    nested = pikepdf.Array([])
    for _ in range(60):
        nested = pikepdf.Array([nested])
    pdf.pages[0].obj.Resources.Deep = nested


def _bomb(pdf: pikepdf.Pdf) -> None:
    pdf.pages[0].obj.Resources.Bomb = pdf.make_indirect(
        pikepdf.Stream(pdf, bytes(40 * 1024 * 1024))
    )


def _many(pdf: pikepdf.Pdf) -> None:
    pdf.pages[0].obj.Resources.Many = pikepdf.Array(
        [pdf.make_indirect(pikepdf.Dictionary(N=n)) for n in range(4500)]
    )


class TestContent:
    @pytest.mark.parametrize(
        ("mend", "failure"),
        [
            (_open_action, "document.forbidden_content"), (_names, "document.forbidden_content"),
            (_layers, "document.forbidden_content"), (_xfa, "document.forbidden_content"),
            (_page_action, "document.forbidden_content"), (_link, "document.forbidden_content"),
            (_rotated, "document.forbidden_content"), (_letter, "document.forbidden_content"),
            (_loose_font, "document.forbidden_content"),
            (_far_stream, "document.forbidden_content"),
            (_postscript, "document.forbidden_content"),
            (_deep, "document.too_complex"), (_bomb, "document.too_complex"),
            (_many, "document.too_complex"),
        ],
    )  # fmt: skip
    def test_9_nothing_but_what_a_certificate_needs(
        self, press: Press, mend: Mend, failure: str
    ) -> None:
        assert failure_of(press.job(press.paper(mend=mend))) == failure

    def test_more_or_fewer_pages_than_stated(self, press: Press) -> None:
        paper = press.paper(stamp=replace(STAMP, pages=2))
        assert failure_of(press.job(paper)) == "document.forbidden_content"

    def test_bytes_around_it(self, press: Press) -> None:
        for paper in (b"\n" + press.paper(), press.paper() + b"\n% more"):
            assert failure_of(press.job(paper)) == "document.forbidden_content"

    def test_a_second_revision(self, press: Press) -> None:
        paper = press.paper()
        again = paper + b"\n1 0 obj\n<<>>\nendobj\nstartxref\n0\n%%EOF\n"
        assert failure_of(press.job(again)) == "document.forbidden_content"

    def test_encrypted(self, press: Press) -> None:
        made = io.BytesIO()
        with pikepdf.open(io.BytesIO(drawn())) as pdf:
            pdf.save(made, encryption=pikepdf.Encryption(owner="x", user="", R=6))
        assert failure_of(press.job(made.getvalue())) == "document.forbidden_content"

    def test_no_stamp(self, press: Press) -> None:
        def strip(pdf: pikepdf.Pdf) -> None:
            del pdf.Root["/KskStamp"]

        assert failure_of(press.job(press.paper(mend=strip))) == "document.forbidden_content"

    @given(st.binary(max_size=300))
    def test_any_bytes_are_refused_by_a_name(self, data: bytes) -> None:
        with pytest.raises(CheckFailed):
            check_content(b"%PDF-1.7\n" + data + b"startxref\n0\n%%EOF", 1)


class TestSignature:
    def test_10_not_signed(self, press: Press) -> None:
        from center.issuing.document import put_stamp

        bare = put_stamp(drawn(), STAMP)
        assert failure_of(press.job(bare)) == "document.bad_signature"

    def test_a_bent_byte(self, press: Press) -> None:
        paper = bytearray(press.paper())
        place = bytes(paper).index(b"/Lang")
        paper[place + 8] ^= 1
        assert failure_of(press.job(bytes(paper))) == "document.bad_signature"

    def test_another_municipality_or_server(self, press: Press) -> None:
        assert failure_of(press.job(municipality="99202")) == "document.bad_signature"
        assert failure_of(press.job(server="second")) == "document.bad_signature"

    def test_under_another_root_or_without_a_list_in_force(
        self, press: Press, running_work: CentreAtWork
    ) -> None:
        roots = running_work.state.trust("terminals").read_bytes()
        assert failure_of(press.job(roots=roots)) == "document.bad_signature"
        assert failure_of(press.job(crls=())) == "document.bad_signature"
        assert failure_of(press.job(at=AT + 400 * 86400)) == "document.bad_signature"


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


class TestWords:
    def test_12_another_person_s_picture_under_our_stamp(self, press: Press) -> None:
        lines = ("住　民　票", "氏　名　見本　太郎", "生年月日　昭和５３年４月１５日")
        assert failure_of(press.job(press.paper(lines))) == "text.other_person"

    def test_another_variant_of_the_same_character_is_another_name(self, press: Press) -> None:
        drawn_name, other = (f"辻{chr(0xE0100 + n)}本　花子" for n in (2, 3))
        paper = press.paper((f"氏名　{drawn_name}", "生年月日　１１月３日"))
        assert failure_of(press.job(paper, names=(("ref-1", other),))) == "text.other_person"
        assert inspect(press.job(paper, names=(("ref-1", drawn_name),)))

    def test_a_member_who_was_not_chosen(self, press: Press) -> None:
        paper = press.paper((*LINES, "氏　名　見本　太郎"))
        assert failure_of(press.job(paper)) == "text.discloses_more"

    def test_the_head_of_the_household_may_be_named_where_that_was_chosen(
        self, press: Press
    ) -> None:
        options = ("household_head",)
        paper = press.paper((*LINES, "世帯主　見本　太郎"), replace(STAMP, options=options))
        assert inspect(press.job(paper, options=options))

    def test_but_nobody_else_of_the_household(self, press: Press) -> None:
        options = ("household_head",)
        members = (("ref-1", "見本　花子"), ("ref-2", "見本　太郎"), ("ref-3", "見本　一郎"))
        lines = (*LINES, "世帯主　見本　太郎", "氏　名　見本　一郎")
        paper = press.paper(lines, replace(STAMP, options=options))
        job = press.job(paper, options=options, names=members)
        assert failure_of(job) == "text.discloses_more"

    def test_an_individual_number_nobody_asked_for(self, press: Press) -> None:
        for digits in ("123456789018", "１２３４５６７８９０１８"):
            assert is_individual_number("123456789018")
            paper = press.paper((*LINES, f"個人番号　{digits}"))
            assert failure_of(press.job(paper)) == "text.discloses_more"
        # Another number on the line below must not hide it.
        paper = press.paper((*LINES, "123456789018", "2024年"))
        assert failure_of(press.job(paper)) == "text.discloses_more"

    def test_asked_for_it_may_stand_there(self, press: Press) -> None:
        options = ("individual_number",)
        paper = press.paper((*LINES, "個人番号　123456789018"), replace(STAMP, options=options))
        assert inspect(press.job(paper, options=options))

    def test_twelve_digits_that_are_no_such_number(self, press: Press) -> None:
        paper = press.paper((*LINES, "番号　123456789012"))
        assert inspect(press.job(paper))

    def test_another_birthday(self, press: Press) -> None:
        assert failure_of(press.job(birthday="1104")) == "text.birthday_differs"
        assert failure_of(press.job(birthday="0103")) == "text.birthday_differs"


class TestTheChild:
    @pytest.fixture
    def examiner(self) -> Iterator[Examiner]:
        with Examiner() as child:
            yield child

    def test_it_finds_what_the_functions_find(self, press: Press, examiner: Examiner) -> None:
        job = press.job()
        assert texts_of(examiner.examine(job)) == texts_of(inspect(job))
        with pytest.raises(CheckFailed, match=r"stamp\.other_person"):
            examiner.examine(press.job(card=b"x" * 32))
        assert examiner.examine(press.job())

    def test_it_has_no_network(self, press: Press, examiner: Examiner) -> None:
        examiner.examine(press.job())
        assert examiner.networkless
        net = f"/proc/{examiner.pid}/net/dev"
        with open(net, encoding="ascii") as file:  # noqa: PTH123 - a file of the kernel
            devices = [line.split(":")[0].strip() for line in file if ":" in line]
        assert devices == ["lo"]

    def test_a_child_that_died_refuses_by_name(self, press: Press, examiner: Examiner) -> None:
        examiner.examine(press.job())
        examiner._process.kill()
        for _ in range(2):
            with pytest.raises(CheckFailed, match=r"document\.too_complex"):
                examiner.examine(press.job())

    def test_one_that_takes_too_long_is_killed(self, press: Press) -> None:
        with Examiner(job_s=0.000_001) as child:
            with pytest.raises(CheckFailed, match=r"document\.too_complex"):
                child.examine(press.job())
            assert child._process.poll() is not None

    def test_stop_may_be_repeated(self) -> None:
        child = Examiner()
        child.stop()
        child.stop()


class TestFrames:
    def test_a_job_comes_over_as_it_is(self, press: Press) -> None:
        job = press.job()
        stream = io.BytesIO(pack_job(job))
        assert unpack_job(*unpack(stream.read)) == job

    @pytest.mark.parametrize(
        "frame",
        [
            (2**31).to_bytes(4, "big") + (0).to_bytes(8, "big"),
            (2).to_bytes(4, "big") + (2**40).to_bytes(8, "big"),
            (2).to_bytes(4, "big") + (0).to_bytes(8, "big") + b"[]",
            (2).to_bytes(4, "big") + (0).to_bytes(8, "big") + b"{x",
        ],
    )
    def test_what_is_no_frame(self, frame: bytes) -> None:
        with pytest.raises(BadFrame):
            unpack(io.BytesIO(frame).read)

    def test_a_job_s_text_form_shows_no_name(self, press: Press) -> None:
        assert "見本" not in repr(press.job())
