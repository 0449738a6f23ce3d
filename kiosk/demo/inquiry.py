"""What whoever received the certificate does with it, years later: scan its back, and ask the site.

The back of a delivered sheet is put through the model of print, years and scanner, sent to the
real inquiry site, and the front that comes back is laid over the front that was delivered.
"""

import base64
import contextlib
import html
import http.client
import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path

from PIL import Image, ImageChops, ImageFilter

from drivers.clock import SystemClock
from drivers.printer.virtual_sheets import Side
from kiosk.demo.programs import DidNotStart, Program
from kiosk.demo.report import Inquiry

CONDITION = "aged"
_SCAN_S = 240.0
_START_S = 240.0
_ANSWER_S = 240.0
"""The first time on a machine all of these compile what later runs find compiled."""
_LOOK_S = 0.05
_PICTURE = re.compile(r'src="data:image/png;base64,([A-Za-z0-9+/=]+)"')
_SENTENCE = re.compile(r'class="verdict (?:good|warn|bad)"[^>]*>([^<]+)<')
_INK_BELOW = 160
_PRINT_DPI = 600
_DPI = 240
"""Of the delivered front as it is compared; the most that a recovered one has."""


class InquiryProgram(Program):
    """`kiosk-center inquiry` with the demo's keys."""

    def __init__(self, state: Path, runtime: Path) -> None:
        super().__init__("inquiry", runtime)
        self._state = state
        self._ports_file = runtime / "inquiry-port.json"

    def start(self) -> int:
        """Start, wait until it answers, and give its port. Raises DidNotStart."""
        self._ports_file.unlink(missing_ok=True)
        self.run(
            ["center", "inquiry", "--state", str(self._state), "--workers", "1",
             "--ports-file", str(self._ports_file)], os.environ,
        )  # fmt: skip
        clock = SystemClock()
        give_up_s = clock.monotonic_s() + _START_S
        while not self._ports_file.exists():
            if not self.pid or clock.monotonic_s() > give_up_s:
                raise DidNotStart(f"The inquiry site did not start:\n{self.last_words()}")
            clock.sleep(_LOOK_S)
        return int(json.loads(self._ports_file.read_text(encoding="utf-8"))["inquiry"])


def inquire(front: Side, back: Side, state: Path, runtime: Path) -> Inquiry:
    """Scan a delivered back, ask the site, compare what it shows with the delivered front.

    `state` holds the centre's keys; `runtime` is private. Raises DidNotStart, OSError.
    """
    upload = scan_of(back, runtime)
    site = InquiryProgram(state, runtime)
    try:
        sentence, shown = read_answer(_asked(site.start(), upload))
    finally:
        site.stop()
    same = agreement(shown, front.image(_DPI)) if shown is not None else 0.0
    return Inquiry(sentence, upload, shown, same)


def scan_of(back: Side, runtime: Path) -> bytes:
    """What somebody would upload of it: a JPEG. Raises DidNotStart."""
    source, made = runtime / "inquiry-back.pdf", runtime / "inquiry-scan.jpg"
    # Dot by dot, as it lies in the tray: a page that came as a bitmap has no finer drawing.
    dots = back.image(_PRINT_DPI).convert("1", dither=Image.Dither.NONE)
    dots.save(source, "PDF", resolution=float(_PRINT_DPI))
    command = [sys.executable, "-m", "center", "scan", str(source), "--page", "1",
               "--condition", CONDITION, "--out", str(made)]  # fmt: skip
    try:
        done = subprocess.run(command, capture_output=True, timeout=_SCAN_S, check=False)
        if done.returncode:
            raise DidNotStart(f"The sheet could not be scanned: {done.stdout.decode()}")
        return made.read_bytes()
    except subprocess.TimeoutExpired:
        raise DidNotStart("Scanning the sheet took too long.") from None
    finally:
        for path in (source, made):
            path.unlink(missing_ok=True)


def read_answer(page: str) -> tuple[str, bytes | None]:
    """The site's sentence, and the front it shows as a PNG."""
    sentence, picture = _SENTENCE.search(page), _PICTURE.search(page)
    said = html.unescape(sentence[1]).strip() if sentence else ""
    return said, base64.b64decode(picture[1]) if picture else None


def agreement(recovered: bytes, delivered: Image.Image) -> float:
    """The share of the recovered picture's ink that lies on ink of the delivered front.

    The delivered front has more ink, its pantograph; and an edge may lie a pixel beside.
    """
    ink = Image.open(io.BytesIO(recovered)).convert("L").point(_black)
    wide = delivered.convert("L").resize(ink.size).filter(ImageFilter.MinFilter(3)).point(_black)
    whole = ink.histogram()[255]
    return ImageChops.multiply(ink, wide).histogram()[255] / whole if whole else 0.0


def _black(value: int) -> int:
    return 255 if value < _INK_BELOW else 0


def _asked(port: int, upload: bytes) -> str:
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=_ANSWER_S)
    with contextlib.closing(line):
        line.request("POST", "/en/read", upload, {"Content-Type": "application/octet-stream"})
        return line.getresponse().read().decode()
