"""Generated pages are fresh, and `--check` notices when they are not."""

from pathlib import Path

import pytest

from kiosk.__main__ import main
from kiosk.draw import pages
from kiosk.settle.model import State

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", sorted(pages()))
def test_the_committed_page_is_fresh(name: str) -> None:
    committed = (ROOT / "docs" / "generated" / name).read_text(encoding="utf-8")
    assert committed == pages()[name], "run `kiosk draw`"


def test_draw_writes_and_check_compares(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["draw", "--check", "--out", str(tmp_path)]) == 1
    assert list(tmp_path.iterdir()) == []
    assert main(["draw", "--out", str(tmp_path)]) == 0
    assert main(["draw", "--check", "--out", str(tmp_path)]) == 0
    (tmp_path / "settle.md").write_text("old")
    capsys.readouterr()
    assert main(["draw", "--check", "--out", str(tmp_path)]) == 1
    assert "settle.md: stale" in capsys.readouterr().out


def test_every_state_is_drawn() -> None:
    drawing = pages()["settle.md"]
    assert all(state.name in drawing for state in State)
