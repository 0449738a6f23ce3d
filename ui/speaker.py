"""Plays tones and speech clips on a thread of its own; the screen never waits for sound.

The audio device is open only while something plays: an open one is served a hundred times a
second for nothing, and a spare process must not hold it. Without a device the machine is silent
and says so once in the log; every sound has a visible equal on the screen.
"""

import logging
import os
import queue
import threading
import tomllib
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from ui.catalog_files import load_catalogue
from ui.lean import pygame
from ui.tones import RATE_HZ, TONES, samples
from ui.voice import text_hash

_log = logging.getLogger(__name__)
_LINGER_S = 1.0
_TICK_S = 0.05


@dataclass(frozen=True, slots=True)
class Wish:
    """Something to be heard: a tone, then the clip of a text."""

    tone: str = ""
    language: str = ""
    key: str = ""


_HUSH = Wish()


def _device_present() -> bool:
    """Whether there is a sound card or a sound server; asking ALSA without one fills stderr."""
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    servers = [Path(runtime, name) for name in ("pulse/native", "pipewire-0")] if runtime else []
    cards = Path("/dev/snd").glob("pcmC*p")
    return any(cards) or any(server.exists() for server in servers)


class Clips:
    """The speech files that ship with the program, by language and text key."""

    def __init__(self) -> None:
        self._folder = resources.files("ui") / "sounds"
        manifest = self._folder / "manifest.toml"
        listed = tomllib.loads(manifest.read_text(encoding="utf-8")) if manifest.is_file() else {}
        self._files: dict[tuple[str, str], tuple[str, str]] = {
            (clip["language"], clip["key"]): (clip["file"], clip["text"])
            for clip in listed.get("clip", ())
        }

    def find(self, language: str, key: str) -> Traversable | None:
        """The file that says the text; None if there is none, or if it says another text."""
        name, of = self._files.get((language, key), ("", ""))
        said = load_catalogue(language).entries.get(key) if name else None
        fresh = isinstance(said, str) and text_hash(said) == of
        return self._folder / name if fresh else None


class Speaker:
    """A queue of things to be heard. `play` and `hush` return at once."""

    def __init__(self, *, audible: bool = True) -> None:
        self._wanted: queue.Queue[Wish | None] = queue.Queue()
        self._clips = Clips()
        self._thread: threading.Thread | None = None
        self._audible = audible
        self._stopped = False

    def play(self, tone: str, language: str = "", key: str = "") -> None:
        """A tone, then the clip of the text where there is one; ends what still sounds."""
        if not self._audible:
            return
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="speaker", daemon=True)
            self._thread.start()
        self._wanted.put(Wish(tone, language, key))

    def hush(self) -> None:
        """End what sounds."""
        if self._thread is not None:
            self._wanted.put(_HUSH)

    def close(self) -> None:
        """End the thread and give the device back. Idempotent."""
        thread, self._thread = self._thread, None
        if thread is not None:
            self._wanted.put(None)
            thread.join(2.0)

    def _work(self) -> None:
        while (wanted := self._wanted.get()) is not None:
            if wanted == _HUSH or not self._open():
                continue
            try:
                self._sound(wanted)
            finally:
                pygame.mixer.quit()
            if self._stopped:
                return

    def _open(self) -> bool:
        if not (os.environ.get("SDL_AUDIODRIVER") or _device_present()):
            self._audible = False
            _log.warning("no sound: this machine has no audio device")
            return False
        try:
            pygame.mixer.init(RATE_HZ, -16, 1, 1024)
        except pygame.error as error:
            self._audible = False
            _log.warning("no sound: the audio device cannot be opened (%s)", error)
            return False
        return True

    def _sound(self, wanted: Wish) -> None:
        """Plays what is wanted, and whatever comes meanwhile instead of it."""
        silent_s = 0.0
        pending = self._load(wanted)
        channel = pygame.mixer.Channel(0)
        while silent_s < _LINGER_S:
            if pending and not channel.get_busy():
                channel.play(pending.pop(0))
                silent_s = 0.0
            try:
                newer = self._wanted.get(timeout=_TICK_S)
            except queue.Empty:
                silent_s = 0.0 if channel.get_busy() else silent_s + _TICK_S
                continue
            channel.stop()
            if newer is None:
                self._stopped = True
                return
            pending = self._load(newer)

    def _load(self, wanted: Wish) -> list[pygame.mixer.Sound]:
        notes = TONES.get(wanted.tone, ())
        made = [pygame.mixer.Sound(buffer=samples(notes).tobytes())] if notes else []
        clip = self._clips.find(wanted.language, wanted.key) if wanted.key else None
        if clip is not None:
            with resources.as_file(clip) as path:
                made.append(pygame.mixer.Sound(str(path)))
        return made
