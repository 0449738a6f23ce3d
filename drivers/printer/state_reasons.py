"""What a printer's `printer-state-reasons` mean for the kiosk. No wire, no clock.

Every keyword that is registered for printers has its row, or belongs to a family that has one;
a word of no register counts only when the printer calls it an error.

Sources: RFC 8011 5.4.12 (keywords and severities), PWG 5100.9-2009 (the words that follow from
the Printer MIB's alerts, RFC 3805 prtAlertCode), PWG 5100.11-2010 (hold-new-jobs),
PWG 5100.13-2012 (identify-printer-requested), PWG 5100.21-2019 (material and 3D printers), and
the IANA registry "Internet Printing Protocol (IPP) Registrations".
"""

import enum
import itertools
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final


class Weight(enum.Enum):
    """What decides whether a keyword keeps the printer from printing."""

    STOPS = "whatever its suffix"
    """`ippeveprinter` of CUPS 2.4 publishes a jam as `media-jam-warning`; a printer with one tray
    that is jammed, open or unplugged prints nothing, so the suffix is not believed there."""
    BY_SUFFIX = "by its suffix; without one it does"
    """RFC 8011 5.4.12: without a suffix all parties are to assume an error."""
    FOREWARNS = "only with -error"
    """The word itself says that it still prints, and printers do say a bare `toner-low`."""
    HARMLESS = "never"
    """It says that something is well, or what no kiosk needs to know."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a keyword means to the kiosk."""

    reason: str
    """A name of `drivers.reasons`: the trouble it is when it stops the printer."""
    weight: Weight
    source: str
    """The document that registers it."""


SOON: Final[dict[str, str]] = {
    "printer.paper_out": "printer.paper_low",
    "printer.toner_empty": "printer.toner_low",
    "printer.output_full": "printer.output_nearly_full",
    "printer.stopped": "printer.service_due",
}
"""A trouble, and what it is called while it is still a warning."""

_IPP, _ALERTS, _MATERIAL = "RFC 8011 5.4.12", "PWG 5100.9", "PWG 5100.21"
_S, _B, _F, _H = Weight.STOPS, Weight.BY_SUFFIX, Weight.FOREWARNS, Weight.HARMLESS

_Row = tuple[str, str, Weight, str]
KEYWORDS: Final[tuple[_Row, ...]] = (
    # reason, source, weight, keywords
    ("paper_out", _IPP, _B, "media-empty media-needed input-tray-missing"),
    ("paper_out", _IPP, _F, "media-low"),
    ("jam", _IPP, _S, "media-jam"),
    ("cover_open", _IPP, _S, "cover-open door-open interlock-open"),
    ("toner_empty", _IPP, _S, "toner-empty marker-supply-empty"),
    ("toner_empty", _IPP, _F, "toner-low marker-supply-low developer-low"),
    ("toner_empty", _IPP, _B, "developer-empty"),
    ("output_full", _IPP, _S, "output-area-full"),
    ("output_full", _IPP, _F, "output-area-almost-full"),
    ("output_full", _IPP, _B, "output-tray-missing"),
    ("stopped", _IPP, _S, "stopping moving-to-paused paused"),
    ("stopped", _IPP, _F, "marker-waste-almost-full opc-near-eol stopped-partly"),
    ("stopped", _IPP, _B, "marker-waste-full fuser-over-temp fuser-under-temp opc-life-over "
                          "interpreter-resource-unavailable"),
    ("busy", _IPP, _F, "spool-area-full"),
    ("offline", _IPP, _S, "shutdown timed-out"),
    ("offline", _IPP, _F, "connecting-to-device"),
    # "other" says no more than `printer-state` does, "none" is the absence of a reason.
    ("stopped", _IPP, _H, "none other"),
    ("paper_out", _ALERTS, _B, "media-path-input-empty media-path-input-request"),
    ("wrong_media", _ALERTS, _B,
     "input-media-size-change input-media-type-change input-media-weight-change "
     "input-media-color-change input-media-form-parts-change input-manual-input-request "
     "input-cannot-feed-size-selected"),
    ("not_duplex", _ALERTS, _B, "media-path-cannot-duplex-media-selected"),
    ("jam", _ALERTS, _S,
     "media-path-jam media-path-input-jam media-path-output-jam input-media-tray-jam "
     "output-media-tray-jam"),
    ("jam", _ALERTS, _B,
     "input-media-tray-feed-error output-media-tray-feed-error media-path-input-feed-error "
     "media-path-output-feed-error"),
    ("toner_empty", _ALERTS, _S,
     "marker-supply-missing marker-toner-missing marker-toner-cartridge-missing marker-ink-empty "
     "marker-ink-missing"),
    ("toner_empty", _ALERTS, _B,
     "marker-developer-empty marker-developer-missing marker-print-ribbon-empty "
     "marker-print-ribbon-missing"),
    ("toner_empty", _ALERTS, _F,
     "marker-supply-almost-empty marker-ink-almost-empty marker-developer-almost-empty "
     "marker-print-ribbon-almost-empty"),
    ("output_full", _ALERTS, _S, "media-path-media-tray-full media-path-output-full stacker-full"),
    ("output_full", _ALERTS, _B, "media-path-media-tray-missing stacker-at-limit"),
    ("output_full", _ALERTS, _F,
     "media-path-media-tray-almost-full stacker-almost-full stacker-near-limit"),
    ("stopped", _ALERTS, _F,
     "cleaner-life-almost-over input-pick-roller-life-warn media-path-pick-roller-life-warn "
     "lamp-near-eol laser-near-eol marker-waste-ink-receptacle-almost-full "
     "marker-waste-toner-receptacle-almost-full"),
    ("stopped", _ALERTS, _B,
     "cleaner-life-over input-media-tray-failure input-pick-roller-failure "
     "input-pick-roller-life-over input-pick-roller-missing input-tray-elevation-failure "
     "input-tray-position-failure interpreter-complex-page-encountered lamp-at-eol lamp-failure "
     "laser-at-eol laser-failure marker-cleaner-missing marker-fuser-missing "
     "marker-fuser-thermistor-failure marker-fuser-timing-failure marker-opc-missing "
     "marker-waste-missing marker-waste-ink-receptacle-full marker-waste-ink-receptacle-missing "
     "marker-waste-toner-receptacle-full marker-waste-toner-receptacle-missing "
     "media-path-failure media-path-pick-roller-failure media-path-pick-roller-life-over "
     "media-path-pick-roller-missing output-mailbox-select-failure output-media-tray-failure"),
    ("offline", _ALERTS, _S, "power-down deactivated"),
    ("stopped", _ALERTS, _H,
     "power-up printer-ready-to-print printer-manual-reset printer-nms-reset interlock-closed "
     "configuration-change alert-removal-of-binary-change-entry marker-adjusting-print-quality "
     "interpreter-cartridge-added interpreter-cartridge-deleted interpreter-memory-increase "
     "interpreter-memory-decrease interpreter-resource-added interpreter-resource-deleted "
     "unknown"),
    ("stopped", "PWG 5100.11", _S, "hold-new-jobs"),
    ("stopped", "PWG 5100.13", _H, "identify-printer-requested"),
    ("paper_out", _MATERIAL, _B, "material-empty material-needed"),
    ("paper_out", _MATERIAL, _F, "material-low"),
    ("stopped", _MATERIAL, _B, "fan-failure motor-failure"),
    ("stopped", "IANA registry", _H, "media-drying"),
)  # fmt: skip
"""The words of a printer that puts toner on sheets."""

CONDITIONS: Final[tuple[tuple[str, Weight, str], ...]] = (
    ("cover_open", _B, "cover-open interlock-open opened"),
    ("jam", _S, "jam"),
    ("stopped", _F, "almost-empty almost-full near-limit life-almost-over"),
    ("stopped", _B,
     "at-limit empty full life-over memory-exhausted missing motor-failure offline "
     "over-temperature recoverable-failure thermistor-failure timing-failure timing- turned-off "
     "under-temperature unrecoverable-failure unrecoverable-storage unrecoverable-storage-error "
     "failure temperature-high temperature-low"),
    ("stopped", _H,
     "added closed configuration-change cooling cooling-down cover-closed heating "
     "interlock-closed power-saver recoverable-storage removed resource-added resource-removed "
     "turned-on warming-up"),
)  # fmt: skip
"""PWG 5100.9: `<unit>-<condition>`, the same conditions for every unit that finishes sheets."""

UNITS: Final = {
    _ALERTS: "bander binder die-cutter fax-modem folder imprinter inserter make-envelope "
    "perforater puncher separation-cutter sheet-rotator slitter stacker stapler stitcher subunit "
    "trimmer wrapper",
    _MATERIAL: "camera chamber extruder platform",
}
"""Finishers, `subunit` for any unit, and what only machines have that print solids."""


def _expanded() -> Iterable[tuple[str, Meaning]]:
    for source, units in UNITS.items():
        for unit, (reason, weight, conditions) in itertools.product(units.split(), CONDITIONS):
            for condition in conditions.split():
                yield f"{unit}-{condition}", Meaning(f"printer.{reason}", weight, source)
    for reason, source, weight, words in KEYWORDS:
        for word in words.split():
            yield word, Meaning(f"printer.{reason}", weight, source)


PRINTER_REASONS: Final[dict[str, Meaning]] = dict(_expanded())
"""Keyword, without its severity -> what it means."""

SEVERITIES: Final = ("-report", "-warning", "-error")
"""RFC 8011 5.4.12."""


def split_severity(word: str) -> tuple[str, str]:
    """`media-jam-error` into `media-jam` and `-error`; "" where the device adds none."""
    for suffix in SEVERITIES:
        if word.endswith(suffix):
            return word.removesuffix(suffix), suffix
    return word, ""


def weigh(word: str, *, stopped: bool) -> tuple[str, str]:
    """The trouble and the warning that one keyword means, each a name of `drivers.reasons` or "".

    `stopped`: `printer-state` is 5, so that what might be a warning is the cause. A word that
    only forewarns is no cause: a printer that stopped may be low on toner besides.
    """
    keyword, severity = split_severity(word)
    meaning = PRINTER_REASONS.get(keyword)
    if meaning is None:
        return ("printer.stopped" if severity in {"", "-error"} else "", "")
    if meaning.weight is Weight.HARMLESS:
        return "", ""
    error = severity == "-error" or meaning.weight is Weight.STOPS
    if meaning.weight is Weight.BY_SUFFIX:
        error = error or not severity or stopped
    if error:
        return meaning.reason, ""
    return "", SOON.get(meaning.reason, meaning.reason)
