"""Right builds of the virtual coin machine, as different makers would sell them."""

from dataclasses import replace

from drivers.coin.tables import DispenseAnswer, FlagMap, Key, Quirks
from drivers.coin.virtual import (
    AcceptorBuild,
    BillBuild,
    ChangerBuild,
    EscrowBuild,
    FirstEvent,
    HopperBuild,
    MachineBuild,
    Nameplate,
    four_hoppers,
)


def _hoppers(product: str, quirks: Quirks, coin_name: str | None) -> dict[int, HopperBuild]:
    return {
        yen: replace(
            hopper,
            plate=replace(hopper.plate, product=product),
            quirks=quirks,
            coin_name=coin_name,
        )
        for yen, hopper in four_hoppers().items()
    }


PLAIN = MachineBuild()
BILLS = replace(PLAIN, bills=BillBuild())
ESCROW = replace(PLAIN, escrow=EscrowBuild())
CHANGER = replace(PLAIN, hoppers={}, changer=ChangerBuild())
SCH2 = replace(
    PLAIN,
    hoppers=_hoppers(
        "SCH2-NOENCRYPT",
        Quirks(
            key=Key.ANY8,
            needs_cipher_request=True,
            flag_map=FlagMap.SCH2,
            coin_named=False,
            counts_refusals=True,
            answer=DispenseAnswer.AFTER,
            registers=2,
        ),
        "------",
    ),
)
SCH1 = replace(
    PLAIN,
    hoppers=_hoppers("SCH1", Quirks(has_total=False, answer=DispenseAnswer.ACK, registers=1), ""),
)
OTHER = replace(
    PLAIN,
    acceptor=AcceptorBuild(
        address=11,
        plate=Nameplate("OTH", "OA-7", 7_001),
        credits_are_values=True,
        first_event=FirstEvent.INHIBITED,
        has_accept_counter=False,
        self_inhibit_s=1e9,
    ),
    hoppers=_hoppers("KV-H1", Quirks(answer=DispenseAnswer.BEFORE), None),
)
