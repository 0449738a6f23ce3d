"""All card cases, in the order in which they are tried: what blocks the card comes last."""

from drivers.conformance import (
    card_apdu_cases,
    card_driver_cases,
    card_pin_cases,
    card_read_cases,
    card_sign_cases,
)
from drivers.conformance.card_bench import CardBench
from drivers.conformance.suite import Suite

SUITE: Suite[CardBench] = Suite(
    kind="card",
    title="Card and reader",
    groups={
        "apdu": "Commands that are none",
        "select": "Selection",
        "read": "Files",
        "pin": "The PIN and its counter",
        "sign": "Signatures",
        "text": "The four attributes (券面事項入力補助AP)",
        "driver": "The driver's promises",
    },
    piece="wrong entry",
    cases=(
        *card_apdu_cases.CASES,
        *card_read_cases.CASES,
        *card_pin_cases.CASES,
        *card_sign_cases.CASES,
        *card_driver_cases.CASES,
        *card_pin_cases.LAST,
    ),
)
