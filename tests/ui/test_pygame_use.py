"""What of pygame the screen may use: what pygame 2.6.1 and pygame-ce share, in one home."""

import ast
from pathlib import Path

import pytest

import ui

SOURCES = sorted(Path(next(iter(ui.__path__))).rglob("*.py"))
HOMES = {"window.py", "paint.py", "speaker.py", "lean.py"}
ONLY_CE = {
    "IS_CE", "Window", "aacircle", "aaline_width", "box_blur", "fblits", "gaussian_blur",
    "is_vsync", "point_size", "set_direction", "set_linesize", "wraplength",
}  # fmt: skip
COSTLY = {"pygame.init", "pygame.event.wait", "pygame.event.peek", "pygame.freetype.init"}


def names(tree: ast.Module) -> set[str]:
    """Dotted names that begin with pygame."""
    return {
        ast.unparse(node)
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and ast.unparse(node).startswith("pygame.")
    }


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.name)
def test_pygame_stays_at_home_and_portable(source: Path) -> None:
    tree = ast.parse(source.read_text(encoding="utf-8"))
    used = names(tree)
    assert used == set() or source.name in HOMES
    assert used & COSTLY == set()
    assert {part for name in used for part in name.split(".")} & ONLY_CE == set()


def test_there_is_something_to_look_at() -> None:
    assert len(SOURCES) > 20
