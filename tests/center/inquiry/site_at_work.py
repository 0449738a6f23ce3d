"""The inquiry site as a program, and what a person would send to it."""

import contextlib
import http.client
import io
import select
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pypdfium2
from PIL import Image

from center.antiforgery.keyring import open_keyring
from center.antiforgery.marks import Engraver
from center.antiforgery.reading import DeliveryContext
from center.pki.layout import State
from tests.center.antiforgery.engraving import certificate

START_S = 300
ANSWER_S = 240
CONTEXT = DeliveryContext("ABCD-EFGH-JKLM-NPQR", 1, "", 1_700_000_000, "99201")


class SiteAtWork:
    """One site with one pair of processes."""

    def __init__(self, burst: int = 10_000) -> None:
        self.root = Path(tempfile.mkdtemp(prefix="k"))
        self.state = State(self.root)
        self.engraver = Engraver(open_keyring(self.state.scramble))
        command = [sys.executable, "-m", "center", "inquiry", "--state", str(self.root),
                   "--workers", "1", "--burst", str(burst)]  # fmt: skip
        self.log = (self.root / "log").open("w+b")
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=self.log)
        out = self.process.stdout
        if out is None or not select.select([out], [], [], START_S)[0]:
            raise AssertionError("the site did not become ready")
        self.address = out.readline().decode().strip()
        self.port = int(self.address.rstrip("/").rsplit(":", 1)[1])

    def send(self, upload: bytes, language: str = "ja") -> tuple[int, str]:
        """Status and page."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=ANSWER_S)
        with contextlib.closing(line):
            line.request("POST", f"/{language}/read", upload)
            answer = line.getresponse()
            return answer.status, answer.read().decode()

    def get(self, path: str) -> tuple[http.client.HTTPResponse, bytes]:
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=ANSWER_S)
        with contextlib.closing(line):
            line.request("GET", path)
            answer = line.getresponse()
            return answer, answer.read()

    def logged(self) -> str:
        self.log.flush()
        return (self.root / "log").read_text("utf-8")

    def close(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(60)
        if self.process.stdout is not None:
            self.process.stdout.close()
        self.log.close()
        shutil.rmtree(self.root)


@contextlib.contextmanager
def site_at_work(burst: int = 10_000) -> Iterator[SiteAtWork]:
    site = SiteAtWork(burst)
    try:
        yield site
    finally:
        site.close()


def side(pdf: bytes, page: int, dpi: int = 300, *, turn: int = 0) -> Image.Image:
    """One side of a sheet as a scanner sees it."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        picture: Image.Image = document[page].render(scale=dpi / 72).to_pil().convert("RGB")
    finally:
        document.close()
    return picture.rotate(turn, expand=True, fillcolor="white")


def jpeg(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=75)
    return out.getvalue()


def marks(site: SiteAtWork) -> bytes:
    return site.engraver.make(certificate(), CONTEXT)
