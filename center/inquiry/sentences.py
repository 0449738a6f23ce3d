"""The site's words, language by language."""

import functools
import tomllib
from collections.abc import Mapping
from importlib import resources

LANGUAGES = ("ja", "en")


@functools.cache
def words(language: str) -> Mapping[str, str]:
    """Every sentence of the site by its key. Raises KeyError for another language."""
    if language not in LANGUAGES:
        raise KeyError(language)
    file = resources.files("center.inquiry").joinpath(f"words/{language}.toml")
    return tomllib.loads(file.read_text("utf-8"))


def preferred(header: str) -> str:
    """The language of a browser's `Accept-Language`: the first of ours it names."""
    for part in header.lower().split(","):
        tongue = part.split(";")[0].strip()[:2]
        if tongue in LANGUAGES:
            return tongue
    return LANGUAGES[0]
