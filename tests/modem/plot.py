"""Small line plots as SVG: a logarithmic share over anything."""

import html
import math

_WIDTH, _HEIGHT, _EDGE = 460, 220, 46
_DECADES = 5
"""From 1 down to 1 in 100,000; less is drawn at the bottom."""
_COLOURS = ("#1b4f8a", "#b3541e", "#2e7d32", "#7b1fa2", "#555")


def plot(title: str, curves: dict[str, list[tuple[float, float]]]) -> str:
    """`curves` (name -> points of value and share) as one SVG element."""
    values = [value for curve in curves.values() for value, _ in curve]
    low, high = min(values), max(values)
    span = (high - low) or 1.0
    parts = [
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}" role="img" '
        f'aria-label="{html.escape(title)}" font-size="11" font-family="sans-serif">'
    ]
    for decade in range(_DECADES + 1):
        y = _height(10.0**-decade)
        parts.append(f'<path d="M{_EDGE} {y}H{_WIDTH - 10}" stroke="#ddd"/>')
        parts.append(f'<text x="4" y="{y + 4}">1e-{decade}</text>')
    for value in sorted(set(values)):
        x = _EDGE + (value - low) / span * (_WIDTH - _EDGE - 20)
        parts.append(f'<text x="{x - 8:.0f}" y="{_HEIGHT - 6}">{value:g}</text>')
    for number, (name, curve) in enumerate(curves.items()):
        colour = _COLOURS[number % len(_COLOURS)]
        points = " ".join(
            f"{_EDGE + (value - low) / span * (_WIDTH - _EDGE - 20):.1f},{_height(share):.1f}"
            for value, share in curve
        )
        parts.append(
            f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>'
        )
        parts.append(
            f'<text x="{_WIDTH - 90}" y="{16 + 14 * number}" fill="{colour}">'
            f"{html.escape(name)}</text>"
        )
    return "".join(parts) + "</svg>"


def _height(share: float) -> float:
    decades = min(_DECADES, -math.log10(max(share, 1e-9)))
    return 10 + decades / _DECADES * (_HEIGHT - 40)
