"""The report of a run as one value; `report.json` is this value, signed."""

import base64
import hashlib
import json
import os
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from drivers.conformance.case import Verdict
from drivers.conformance.result import Tried

_ALGORITHM = "Ed25519"
_DISTRIBUTION = "certificate-kiosk"
BESIDE = ("report.html", "junit.xml", "transcript.jsonl", "transcript.txt", "profile.toml")
"""What is signed with the report."""


@dataclass(frozen=True, slots=True)
class Circumstances:
    """Everything about a run but its results."""

    kind: str
    title: str
    groups: Mapping[str, str]
    setup: Mapping[str, Any]
    subject: tuple[str, ...]
    started: str
    """UTC, ISO 8601."""
    ended: str


@dataclass(frozen=True, slots=True)
class Report:
    """Circumstances and rows, in the order of the suite."""

    about: Circumstances
    rows: tuple[Tried, ...]

    def count(self, verdict: Verdict) -> int:
        """How many cases ended so."""
        return sum(row.result.verdict is verdict for row in self.rows)

    @property
    def overall(self) -> str:
        """The word on the first line: what may be said of the device."""
        if self.count(Verdict.FAILED):
            return "does not conform"
        if self.count(Verdict.BROKEN):
            return "no verdict"
        return "conforms in what was tried" if self.count(Verdict.SKIPPED) else "conforms"

    def as_json(self, files: Mapping[str, str]) -> dict[str, Any]:
        """What is signed; `files` are the names and SHA-256 digests of what lies beside it."""
        about = self.about
        verdicts = Counter(row.result.verdict.value for row in self.rows)
        return {
            "format": 2,
            "kit": f"{_DISTRIBUTION} {version(_DISTRIBUTION)}",
            "kind": about.kind,
            "setup": dict(about.setup),
            "subject": list(about.subject),
            "started": about.started,
            "ended": about.ended,
            "overall": self.overall,
            "verdicts": dict(sorted(verdicts.items())),
            "files": dict(files),
            "cases": [_row(row) for row in self.rows],
        }


def _row(row: Tried) -> dict[str, Any]:
    clause, result = row.clause, row.result
    return {
        "id": clause.id,
        "requirement": clause.requirement,
        "source": clause.source,
        "verdict": result.verdict.value,
        "detail": result.detail,
        "advice": clause.advice,
        "took_ms": round(result.took_s * 1000, 3),
        "exchanges": result.exchanges,
        "failed_before": list(result.failed_before),
        "timings": [timing.as_json() for timing in result.timings],
    }


def sha256_of(path: Path) -> str:
    """Hex digest of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


# --- the signature ------------------------------------------------------------------------------


class NotVerified(Exception):
    """The report is not what was signed, or not signed by whom it should; the text says which."""


def signing_key(path: Path) -> Ed25519PrivateKey:
    """The key in the file, made (mode 0600) if there is none. Raises NotVerified for another."""
    if not path.exists():
        key = Ed25519PrivateKey.generate()
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600, exist_ok=False)
        path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        return key
    try:
        loaded = load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise NotVerified(f"{path} holds no key in PEM that can be used: {error}") from error
    if not isinstance(loaded, Ed25519PrivateKey):
        raise NotVerified(f"{path} holds another key than Ed25519.")
    return loaded


def usual_key() -> Path:
    """Where the signer's key is if none is named: with the user, not in a folder that is sent."""
    home = os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    return Path(home) / _DISTRIBUTION / "conformance-key.pem"


def disagreement(report: Mapping[str, Any], folder: Path) -> str:
    """Which file beside the report is missing or not what was signed, or empty."""
    files = report.get("files", {})
    for name in BESIDE:
        path = folder / name
        if name not in files:
            return f"{path} was not signed with the report."
        if not path.is_file():
            return f"{path} is missing; it was signed with the report."
        if sha256_of(path) != files[name]:
            return f"{path} is not what was signed."
    return ""


def public_text(key: Ed25519PublicKey) -> str:
    """A public key as people pass it on: base64 of its 32 bytes."""
    return base64.b64encode(key.public_bytes(Encoding.Raw, PublicFormat.Raw)).decode("ascii")


def signed(report: dict[str, Any], key: Ed25519PrivateKey) -> str:
    """The text of `report.json`: the report, and a signature over its canonical form."""
    return _text(report, public_text(key.public_key()), key.sign(_canonical(report)))


def _text(report: dict[str, Any], public: str, value: bytes) -> str:
    signature = {
        "algorithm": _ALGORITHM,
        "public_key": public,
        "value": base64.b64encode(value).decode("ascii"),
    }
    whole = {"report": report, "signature": signature}
    return json.dumps(whole, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def verified(text: str, public: str = "") -> tuple[dict[str, Any], str]:
    """The report in `text` and its signer's public key. Raises NotVerified.

    The text must be exactly what `signed` wrote: JSON that means the same in one program may be
    read otherwise in another (a name given twice, say).

    Without `public` the signature shows that nothing was changed since, not who signed: anybody
    can sign. Give the key that you have from the signer.
    """
    try:
        whole = json.loads(text)
        report, signature = whole["report"], whole["signature"]
        named = str(signature["public_key"])
        key = Ed25519PublicKey.from_public_bytes(base64.b64decode(named, validate=True))
        value = base64.b64decode(signature["value"], validate=True)
        fits = signature["algorithm"] == _ALGORITHM and isinstance(report, dict)
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise NotVerified(f"This is no signed report ({error}).") from error
    if not fits:
        raise NotVerified(f"This is no report signed with {_ALGORITHM}.")
    if public and public != named:
        raise NotVerified(f"The report is signed by {named}, not by {public}.")
    try:
        key.verify(value, _canonical(report))
    except InvalidSignature as error:
        raise NotVerified("The report was changed after it was signed.") from error
    if text != _text(report, named, value):
        raise NotVerified("The file holds more than what was signed, or says it in another way.")
    return report, named


def _canonical(report: dict[str, Any]) -> bytes:
    text = json.dumps(report, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode("utf-8")
