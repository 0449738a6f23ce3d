"""Every hand of the dock page, by name: what it does to the stage."""

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kiosk.demo.stage import DemoStage


def _printer(name: str) -> Callable[..., None]:
    return lambda stage, **more: getattr(stage.devices.printer, name)(**more)


def _hopper(name: str) -> Callable[..., None]:
    return lambda stage, yen: getattr(stage.devices.coins.hand, name)(int(yen))


def _coins(name: str) -> Callable[..., None]:
    return lambda stage: getattr(stage.devices.coins.hand, name)()


def _clear_jam(stage: "DemoStage") -> None:
    stage.devices.printer.jam(None)
    stage.devices.printer.clear_jam()


def _slow(stage: "DemoStage", seconds: float) -> None:
    stage.cable.delay_s = max(0.0, min(30.0, float(seconds)))


HANDS_BY_NAME: dict[str, Callable[..., None]] = {
    "place_card": lambda stage, name: stage.place_card(str(name)),
    "pull_card": lambda stage: stage.pull_card(),
    "drop_coin": lambda stage, yen: stage.drop_coin(int(yen)),
    "insert_bill": lambda stage, yen: stage.insert_bill(int(yen)),
    "pull_lever": _coins("pull_lever"),
    "take_coins": _coins("take_tray"),
    "cut_coin_line": _coins("cut_cable"),
    "mend_coin_line": _coins("restore_cable"),
    "jam_flap": _coins("jam_flap"),
    "clear_escrow": _coins("clear_escrow"),
    "coin_power_off": _coins("switch_off"),
    "coin_power_on": _coins("switch_on"),
    "unplug_coin": _coins("unplug"),
    "plug_coin": _coins("plug_in"),
    "empty_hopper": _hopper("empty_hopper"),
    "jam_hopper": _hopper("jam_hopper"),
    "unjam_hopper": _hopper("unjam_hopper"),
    "fill_hopper": lambda stage, yen, n: stage.devices.coins.hand.fill_hopper(int(yen), int(n)),
    "take_paper": lambda stage: stage.take_paper(),
    "load_paper": lambda stage, n: stage.devices.printer.load_paper(int(n)),
    "jam_printer": _printer("jam"),
    "clear_jam": _clear_jam,
    "open_cover": _printer("open_cover"),
    "close_cover": _printer("close_cover"),
    "cut_centre": lambda stage: stage.cable.cut(),
    "mend_centre": lambda stage: stage.cable.mend(),
    "slow_centre": _slow,
    "set_clock": lambda stage, time: stage.set_clock(str(time)),
    "kill_visit": lambda stage: stage.kill_visit(),
    "run_plan": lambda stage, name: stage.run_plan(str(name)),
    "key": lambda stage, name: stage.press_key(str(name)),
    "finger": lambda stage, x, y, down: stage.finger(float(x), float(y), down=bool(down)),
}
HANDS = frozenset(HANDS_BY_NAME) - {"run_plan"}
"""What a fault plan may work."""
TOUCHES = frozenset({"finger", "key"})
"""What these change, a frame will tell."""
