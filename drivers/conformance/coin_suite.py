"""All coin cases, in the order in which they are tried."""

from drivers.conformance import coin_link_cases
from drivers.conformance.coin_bench import CoinBench
from drivers.conformance.suite import Suite

SUITE: Suite[CoinBench] = Suite(
    kind="coin",
    title="Coin machine",
    groups={
        "link": "The line",
    },
    piece="coin",
    cases=(*coin_link_cases.CASES,),
)
