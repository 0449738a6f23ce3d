"""The demo asks the inquiry site: what it uploads, reads in the answer, and compares."""

import io
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from center.__main__ import main
from center.antiforgery.keyring import open_keyring
from center.antiforgery.marks import Engraver
from center.antiforgery.reading import DeliveryContext
from center.inquiry.pages import answer_page, refusal
from center.inquiry.pool import Answer, Result
from center.inquiry.sentences import words
from center.pki.layout import State
from drivers.printer.virtual_sheets import PdfSide
from kiosk.demo.inquiry import agreement, inquire, read_answer
from kiosk.demo.report import Inquiry, Proof, write_report
from kiosk.demo.report_page import page
from kiosk.document.compose import compose
from tests.center.antiforgery.engraving import certificate
from tests.center.inquiry.axe import FOUND
from tests.kiosk.demo.test_report import _record


@pytest.mark.daemon
@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_delivered_sheet_comes_back_from_the_site(tmp_path: Path) -> None:
    """The real site and the model of years: the certificate, and not another one, is shown."""
    state = State(tmp_path / "state")
    pdf = certificate()
    engraver = Engraver(open_keyring(state.scramble))
    sheet = compose(pdf, engraver.make(pdf, DeliveryContext("ABCD-EFGH-JKLM-NPQR", 1)), 1)
    runtime = tmp_path / "runtime"
    runtime.mkdir()
    front, back = (PdfSide(sheet, number, colour=True) for number in (0, 1))
    asked = inquire(front, back, tmp_path / "state", runtime)
    assert asked.holds
    assert asked.sentence == words("en")["verdict_read"]
    assert asked.front is not None
    assert agreement(asked.front, Image.new("L", (1654, 2339), 255)) == 0
    left = {path.name for path in runtime.iterdir()}
    assert left == {"inquiry.log", "inquiry-port.json"}, "neither the sheet nor its scan stays"


def _letters(*texts: str) -> Image.Image:
    picture = Image.new("L", (400, 560), 255)
    for number, text in enumerate(texts):
        ImageDraw.Draw(picture).text((40, 40 + 60 * number), text, 0, font_size=40)
    return picture


def _png(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def test_more_ink_on_paper_is_the_pantograph_and_less_is_another_page() -> None:
    shown = _png(_letters("ONE", "TWO"))
    same = replace(Inquiry("said", b"", shown), agreement=agreement(shown, _letters("ONE", "TWO")))
    assert same.holds
    assert agreement(shown, _letters("ONE", "TWO", "dots")) == same.agreement == 1.0
    less = agreement(shown, _letters("ONE", "TW"))
    assert not replace(same, agreement=less).holds
    assert agreement(_png(Image.new("L", (40, 56), 255)), _letters("ONE")) == 0
    assert not Inquiry("no front", b"", None, 1.0).holds


def test_what_the_site_says_is_read() -> None:
    png = _png(_letters("ONE"))
    sentence, shown = read_answer(answer_page("en", Answer("end", (Result(FOUND, png),))))
    assert (sentence, shown) == (words("en")["verdict_partly"], png)
    busy = read_answer(refusal("en", "refused_busy"))
    assert busy == (words("en")["refused_busy"], None)
    assert read_answer("") == ("", None)


def test_the_report_shows_both_pictures(tmp_path: Path) -> None:
    asked = Inquiry("read <all>", b"jpeg", b"png", 0.999)
    record = replace(_record(Proof("it came", True)), inquiry=asked)
    write_report(record, tmp_path, page(record))
    said = (tmp_path / "report.html").read_text("utf-8")
    assert "read &lt;all&gt;" in said
    for name, content in (("inquiry-upload.jpg", b"jpeg"), ("inquiry-front.png", b"png")):
        assert f"sheets/{name}" in said
        assert (tmp_path / "sheets" / name).read_bytes() == content
    refused = replace(record, inquiry=replace(asked, front=None))
    write_report(refused, tmp_path, page(refused))
    assert "inquiry-front" not in (tmp_path / "report.html").read_text("utf-8")
    assert not (tmp_path / "sheets" / "inquiry-front.png").exists(), "not that of the last report"
    assert "inquiry" not in page(_record(Proof("it came", True)))


@pytest.mark.parametrize(
    ("file", "out", "sentence"),
    [
        ("none.pdf", "a.jpg", "none.pdf"),
        ("text.pdf", "a.jpg", "has no page 2, or is no PDF"),
        ("one.pdf", "a.jpg", "has no page 2, or is no PDF"),
        ("one.pdf", "a.gif", "says no format"),
    ],
)
def test_what_cannot_be_scanned_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], file: str, out: str, sentence: str
) -> None:
    (tmp_path / "text.pdf").write_bytes(b"no PDF")
    (tmp_path / "one.pdf").write_bytes(certificate())
    assert main(["scan", str(tmp_path / file), "--out", str(tmp_path / out)]) == 2
    assert sentence in capsys.readouterr().out
    assert not (tmp_path / out).exists()
