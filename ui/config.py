"""Section `[ui]` of the configuration: the glass and what is around it."""

from dataclasses import dataclass, field

from ui.theme import Panel


@dataclass(frozen=True, slots=True)
class GlassConfig:
    """The panel as it is built in, and where the screen's files lie."""

    width_px: int = field(
        default=1280,
        metadata={"doc": "Width of the panel", "unit": "px", "min": 800, "max": 7680},
    )
    height_px: int = field(
        default=1024,
        metadata={"doc": "Height of the panel", "unit": "px", "min": 600, "max": 7680},
    )
    panel_diagonal_mm: float = field(
        default=431.8,
        metadata={
            "doc": "Visible diagonal of the panel; 17 inch is 431.8. All sizes follow from it",
            "unit": "mm", "min": 250.0, "max": 1500.0,
        },
    )  # fmt: skip
    fullscreen: bool = field(
        default=False, metadata={"doc": "Fill the display; false opens an ordinary window"}
    )
    video: str = field(
        default="",
        metadata={
            "doc": "SDL video driver; empty takes X11 or Wayland where there is a display, "
            "and otherwise none: then only a remote glass shows the screen",
            "choices": ("", "x11", "wayland", "kmsdrm", "dummy"),
        },
    )
    sound: bool = field(default=True, metadata={"doc": "Play tones and speech"})
    deaf_s: float = field(
        default=0.3,
        metadata={
            "doc": "How long a button hears nothing after it appeared, against double taps",
            "unit": "s", "min": 0.0, "max": 1.0,
        },
    )  # fmt: skip
    font_cache: str = field(
        default="",
        metadata={"doc": "Directory of the font cache; empty is the user's cache directory"},
    )
    remote: str = field(
        default="",
        metadata={
            "doc": "Unix socket on which the glass is shown and touched from elsewhere; empty "
            "is none. Only for demonstration: a production terminal refuses it",
            "demo_only": True,
        },
    )

    @property
    def panel(self) -> Panel:
        """The panel the layout works with."""
        return Panel.of_diagonal(self.width_px, self.height_px, self.panel_diagonal_mm)
