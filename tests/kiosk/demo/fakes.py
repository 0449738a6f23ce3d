"""A stage, a glass and frames for tests of the demo's parts."""

from collections.abc import Callable, Mapping
from typing import Any

from kiosk.demo.glass_link import Action, Frame


def action(name: str, *, enabled: bool = True, chosen: bool = False, left: int = 0) -> Action:
    """A button."""
    return Action(name, enabled, chosen, (left, 0, 100, 50))


def frame(number: int, screen: str, *actions: Action, **more: Any) -> Frame:
    """What is on the glass."""
    values: dict[str, Any] = {
        "number": number, "at_s": 0.0, "screen": screen, "language": "ja", "size": (1280, 1024),
        "page": 0, "pages": 1, "overlay": False, "anywhere": "", "actions": actions, "png": b"",
    }  # fmt: skip
    return Frame(**{**values, **more})


class FakeStage:
    """Remembers what was asked of it; `trouble` is raised by every hand."""

    def __init__(self) -> None:
        self.done: list[tuple[str, Mapping[str, Any]]] = []
        self.trouble: Exception | None = None
        self.listeners: list[Callable[[str, Any], None]] = []

    def state(self) -> Mapping[str, Any]:
        """Something."""
        return {"screen": "start"}

    def history(self) -> Mapping[str, Any]:
        """One line."""
        return {"log": [{"n": 1, "what": "began"}]}

    def do(self, name: str, arguments: Mapping[str, Any]) -> None:
        """Remember it."""
        if self.trouble is not None:
            raise self.trouble
        self.done.append((name, arguments))

    def picture(self, kind: str, name: str) -> bytes | None:
        """One sheet, in two sizes."""
        return {("sheet", "1"): b"small", ("sheet", "1@large"): b"large"}.get((kind, name))

    def subscribe(self, listener: Callable[[str, Any], None]) -> Callable[[], None]:
        """Remember the listener."""
        self.listeners.append(listener)
        return lambda: self.listeners.remove(listener)
