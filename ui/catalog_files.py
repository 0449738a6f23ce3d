"""Reads the catalogues that ship with the program: ui/catalogs/<language>/*.toml."""

import functools
import tomllib
from importlib import resources

from ui.catalog import Catalogue, CatalogueError, Entry, flatten


@functools.cache
def load_catalogue(language: str) -> Catalogue:
    """The merged catalogue of one language; read once a process.

    Raises CatalogueError when a file is not valid TOML or two files define one key.
    """
    entries: dict[str, Entry] = {}
    folder = resources.files("ui") / "catalogs" / language
    for file in sorted(folder.iterdir(), key=lambda item: item.name):
        if not file.name.endswith(".toml"):
            continue
        for key, entry in _entries(language, file.name, file.read_bytes()).items():
            if key in entries:
                raise CatalogueError(f"{language}/{file.name} defines {key} a second time")
            entries[key] = entry
    return Catalogue(language, entries)


def _entries(language: str, name: str, data: bytes) -> dict[str, Entry]:
    try:
        return flatten(tomllib.loads(data.decode()))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CatalogueError(f"{language}/{name} cannot be read: {error}") from error
