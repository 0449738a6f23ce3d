"""What the screen shows of a session. Pure: the same session, the same screen."""

from kiosk.present.screens import present

__all__ = ["present"]
