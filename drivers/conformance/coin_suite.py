"""All coin cases, in the order in which they are tried."""

from drivers.conformance import (
    coin_address_cases,
    coin_bill_cases,
    coin_changer_cases,
    coin_credit_cases,
    coin_escrow_cases,
    coin_gate_cases,
    coin_identity_cases,
    coin_link_cases,
    coin_paying_cases,
    coin_payout_cases,
    coin_refusal_cases,
    coin_taking_cases,
)
from drivers.conformance.coin_bench import CoinBench
from drivers.conformance.suite import Suite

SUITE: Suite[CoinBench] = Suite(
    kind="coin",
    title="Coin machine",
    groups={
        "link": "The line",
        "identity": "Who is there",
        "addresses": "Who is at which address",
        "coins": "Money in, asked of the acceptor",
        "payout": "Money out, asked of the hoppers",
        "changer": "Money out, asked of the changer",
        "escrow": "Coins that wait, asked of the escrow and of the driver",
        "taking": "Money in, asked of the driver",
        "paying": "Money out, asked of the driver",
        "bills": "Bills, asked of the driver",
    },
    piece="coin",
    cases=(
        *coin_link_cases.CASES,
        *coin_identity_cases.CASES,
        *coin_address_cases.CASES,
        *coin_credit_cases.CASES,
        *coin_gate_cases.CASES,
        *coin_refusal_cases.CASES,
        *coin_payout_cases.CASES,
        *coin_changer_cases.CASES,
        *coin_escrow_cases.CASES,
        *coin_taking_cases.CASES,
        *coin_paying_cases.CASES,
        *coin_bill_cases.CASES,
    ),
)
