"""Makes the speech clips in ui/sounds from the titles of the screens; a build host's tool.

`python -m ui.clips` renders what is missing or stale and writes the manifest. Needs sox and
espeak-ng (Debian) and, for Japanese, the Python package pyopenjtalk-plus with its voice Mei. The
engines stay on the build host: what ships are the files, each named in the manifest with engine,
voice and licence. A human recording replaces a file one by one.
"""

import importlib
import subprocess
import sys
import tempfile
import tomllib
import wave
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ui.catalog import SOFT_BREAK, fields_of
from ui.catalog_files import load_catalogue
from ui.voice import text_hash

FOLDER = Path(__file__).with_name("sounds")
MANIFEST = FOLDER / "manifest.toml"
_RATE_HZ = 24_000


class EngineMissing(Exception):
    """A speech engine is not installed; the sentence says which package brings it."""


@dataclass(frozen=True, slots=True)
class Engine:
    """How a language is spoken, and what the manifest says about it."""

    name: str
    voice: str
    licence: str
    render: Callable[[str, Path], None]


def _open_jtalk(said: str, target: Path) -> None:
    try:
        jtalk = importlib.import_module("pyopenjtalk")
    except ImportError:
        raise EngineMissing("Japanese clips need the package pyopenjtalk-plus") from None
    samples, rate = jtalk.tts(said)
    with wave.open(str(target), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(int(rate))
        file.writeframes(samples.astype("int16").tobytes())


def _espeak(said: str, target: Path) -> None:
    subprocess.run(["espeak-ng", "-v", "en-gb", "-s", "150", "-w", str(target), said], check=True)


ENGINES: dict[str, Engine] = {
    "ja": Engine(
        "Open JTalk", "HTS voice Mei (normal), MMDAgent Project Team", "CC-BY-3.0", _open_jtalk
    ),
    "en": Engine("eSpeak NG", "en-gb", "output of the program; no voice data", _espeak),
}


def spoken_texts(language: str) -> dict[str, str]:
    """The titles that are spoken, by key: those without fields."""
    entries = load_catalogue(language).entries
    return {
        key: entry.replace(SOFT_BREAK, "").replace("\n", " ")
        for key, entry in sorted(entries.items())
        if key.endswith(".title") and isinstance(entry, str) and not fields_of(entry)
    }


def stale() -> list[tuple[str, str]]:
    """(language, key) of every text whose clip is missing or says something else."""
    listed = _listed()
    return [
        (language, key)
        for language in ENGINES
        for key, said in spoken_texts(language).items()
        if listed.get((language, key), {}).get("text") != text_hash(said)
        or not (FOLDER / language / f"{key}.ogg").is_file()
    ]


def _listed() -> dict[tuple[str, str], dict[str, str]]:
    if not MANIFEST.is_file():
        return {}
    clips = tomllib.loads(MANIFEST.read_text(encoding="utf-8")).get("clip", ())
    return {(clip["language"], clip["key"]): clip for clip in clips}


def make() -> int:
    """Render what is stale, drop what is no longer said, write the manifest; how many rendered.

    Raises EngineMissing, OSError, subprocess.CalledProcessError.
    """
    wanted = stale()
    for language, key in wanted:
        _render(language, key, spoken_texts(language)[key])
    _write_manifest()
    return len(wanted)


def _render(language: str, key: str, said: str) -> None:
    target = FOLDER / language / f"{key}.ogg"
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as work:
        raw = Path(work) / "raw.wav"
        ENGINES[language].render(said, raw)
        shape = ["rate", str(_RATE_HZ), "norm", "-3", "pad", "0.05", "0.15"]
        subprocess.run(["sox", str(raw), "-C", "1", str(target), *shape], check=True)


def _write_manifest() -> None:
    parts = ["# Speech clips. Made by `python -m ui.clips`; a text's hash ties its clip to it.\n"]
    for language, engine in ENGINES.items():
        texts = spoken_texts(language)
        for file in sorted((FOLDER / language).glob("*.ogg")):
            if file.stem not in texts:
                file.unlink()
        parts += [_entry(language, key, said, engine) for key, said in texts.items()]
    MANIFEST.write_text("\n".join(parts), encoding="utf-8")


def _entry(language: str, key: str, said: str, engine: Engine) -> str:
    return (
        f'[[clip]]\nlanguage = "{language}"\nkey = "{key}"\nfile = "{language}/{key}.ogg"\n'
        f'text = "{text_hash(said)}"\nengine = "{engine.name}"\nvoice = "{engine.voice}"\n'
        f'licence = "{engine.licence}"\n'
    )


if __name__ == "__main__":
    sys.stdout.write(f"{make()} clips rendered\n")
