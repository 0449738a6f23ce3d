"""A certificate's name for somebody who reads no Japanese, with the Japanese for whoever does."""

from kiosk.certificates import CERTIFICATES
from ui.catalog import SOFT_BREAK
from ui.catalog_files import load_catalogue
from ui.model import LANGUAGES, text


def names_on_slip(japanese: str, language: str) -> tuple[str, ...]:
    """The name in `language` and the Japanese one below it; one line where they are the same.

    A certificate or a language that is not known leaves the Japanese name; no name gives no line.
    Idempotent.
    """
    known = next((one for one in CERTIFICATES.values() if one.japanese == japanese), None)
    if known is None or language not in LANGUAGES:
        return (japanese,) if japanese else ()
    translated = load_catalogue(language).say(text(f"certificate.{known.id}"))
    return tuple(dict.fromkeys((translated.replace(SOFT_BREAK, ""), japanese)))
