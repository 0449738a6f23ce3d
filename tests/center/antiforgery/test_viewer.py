"""The software viewer: what a camera sees in a print file, and what is left of it on a copy."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from center.__main__ import main
from center.antiforgery import colour, viewer
from center.antiforgery.dots import Bits
from center.antiforgery.emblem import HIDDEN
from center.antiforgery.inks import NoInks, inks_of
from center.antiforgery.reading import DeliveryContext
from center.antiforgery.screen_view import view_screen
from center.antiforgery.viewer import emblem_inks, hidden
from tests.center.antiforgery.engraving import certificate, marks_of

PAIR = DeliveryContext("ABCD-EFGH-JKLM-NPQR", 1, "1.3.cmyk.00000000")
SCREEN = DeliveryContext("ABCD-EFGH-JKLM-NPQR", 1)


def test_a_print_file_to_eye_and_camera_and_its_copy_to_both(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(viewer, "DPI", 150)
    file, out = tmp_path / "marks.pdf", tmp_path / "made" / "here"
    file.write_bytes(marks_of(PAIR))
    assert main(["viewer", str(file), "--out", str(out)]) == 0
    said = capsys.readouterr().out
    assert "page 2, C28 M28 Y0 K30" in said
    found = json.loads((out / "figures.json").read_text("utf-8"))
    assert list(found) == ["2"], "only the back has an emblem"
    meant = np.array(list(HIDDEN.values()))
    apart = [np.abs(meant - one["recipe"]).max(axis=1) for one in found["2"]]
    assert all(each.min() < 0.003 for each in apart), "nothing else is hidden"
    seen = {list(HIDDEN)[each.argmin()] for each in apart}
    assert {"ground", "petal", "blush", "heart"} <= seen, "the others are lines"
    for one in found["2"]:
        assert one["visible"] < 1.0 > one["copied_visible"]
        assert one["infrared"] > 0.3
        assert abs(one["copied_infrared"]) < 0.03
    camera, copied = (
        np.asarray(Image.open(out / f"page-2-{name}.png").convert("L"), np.float64)
        for name in ("print-camera", "copy-camera")
    )
    ring, ground = _places(camera.shape)
    assert camera[ring].mean() < 0.8 * camera[ground].mean()
    assert abs(copied[ring].mean() - copied[ground].mean()) < 0.05 * copied[ground].mean()


def _places(shape: tuple[int, ...]) -> tuple[Bits, Bits]:
    """The ring, and what lies close around it: as much petal and as many waves."""
    y, x = np.mgrid[0 : shape[0], 0 : shape[1]]
    away = np.hypot(x - shape[1] / 2, y - shape[0] / 2) * 72 / 150
    return (away > 42) & (away < 46), (away > 48) & (away < 52)


def test_two_colours_that_an_eye_tells_apart_hide_nothing() -> None:
    """The control: black printed beside its partner is found, beside another colour it is not."""
    black = (0.0, 0.10, 0.02, 0.30)
    for partner, count in ((colour.without_black(black), 1), ((0.0, 0.5, 0.0, 0.0), 0)):
        inks = np.zeros((20, 20, 4))
        inks[5:10, 5:15], inks[10:15, 5:15] = black, partner
        assert len(hidden(inks, inks)) == count


def test_a_line_screen_under_its_grating(tmp_path: Path) -> None:
    original, copy, larger = view_screen(marks_of(SCREEN), 1, tmp_path)
    assert abs(original.naked) < 0.01, "one grey to an eye"
    assert abs(original.grating) > 0.15
    assert abs(copy.grating) > abs(original.grating) / 2, "so this variant proves no original"
    assert abs(larger.grating) < abs(original.grating) / 4
    names = {path.name for path in tmp_path.iterdir()}
    assert {"page-2.png", "page-2-print-grating.png", "page-2-copy-eye.png"} <= names


def test_a_page_without_a_mark_is_said_to_have_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(viewer, "DPI", 72)
    (tmp_path / "plain.pdf").write_bytes(certificate())
    assert main(["viewer", str(tmp_path / "plain.pdf"), "--out", str(tmp_path / "out")]) == 1
    assert "neither a pair of inks nor a line screen" in capsys.readouterr().out
    assert list((tmp_path / "out").iterdir()) == []


def test_a_picture_has_no_inks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "scan.jpg").write_bytes(b"\xff\xd8\xff\xe0 a scan")
    assert main(["viewer", str(tmp_path / "scan.jpg"), "--out", str(tmp_path / "out")]) == 2
    assert "take the print file" in capsys.readouterr().out
    assert main(["viewer", str(tmp_path / "none.pdf"), "--out", str(tmp_path / "out")]) == 2
    assert "none.pdf" in capsys.readouterr().out


def test_without_ghostscript_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NoInks, match="install the package ghostscript"):
        emblem_inks(certificate(), 0)


@pytest.mark.parametrize(("pdf", "page"), [(b"", 0), (b"hello", 0), (certificate(), 3)])
def test_a_page_that_is_not_there(pdf: bytes, page: int) -> None:
    with pytest.raises(NoInks, match=f"page {page + 1}"):
        inks_of(pdf, page, 36)
