"""Figures that need no terminal: the card's way, the coin line, the glass by itself."""

from drivers.bench.card_bench import bench_card
from drivers.coin import bench as coin_bench
from kiosk.bench.figures import Sizes, of
from ui.bench import bench_screens, display, press_to_next

Found = dict[str, Sizes]


def measure_card(rounds: int, opensc_rounds: int) -> Found:
    """ms without the card's own time, side by side on one virtual card behind one pcscd."""
    ms = bench_card(rounds, opensc_rounds)
    ways = {
        "card": "driver",
        "card.cpu": "driver_cpu",
        "card.pyscard": "pyscard",
        "card.opensc": "opensc",
    }
    counts = {"opensc": opensc_rounds}
    return {
        name: Sizes(counts.get(way, rounds), ms[f"{way}_p50"], ms[f"{way}_p95"])
        for name, way in ways.items()
    }


def measure_coin_line(coins: int) -> Found:
    """ms on a pty paced at 9600 baud."""
    line = coin_bench.measure(coins)
    return {"coin.line": Sizes(line.coins, 1000 * line.p50_s, 1000 * line.p95_s)}


def measure_glass(presses: int) -> Found:
    """ms on X11, texts drawn before, and none."""
    screens = bench_screens()
    with display():
        return {
            "press.glass": of(press_to_next(screens, presses)),
            "press.new": of(press_to_next(screens, presses // 4, known=False)),
        }
