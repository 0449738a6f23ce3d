"""Small line plots as SVG: a logarithmic share over anything."""

import html
import math

_WIDTH, _HEIGHT, _EDGE, _NAMES = 560, 240, 52, 100
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
        said = f"{100 * 10.0**-decade:g} %"
        parts.append(f'<path d="M{_EDGE} {y}H{_WIDTH - _NAMES}" stroke="#ddd"/>')
        parts.append(f'<text x="{_EDGE - 6}" y="{y + 4}" text-anchor="end">{said}</text>')
    for value in sorted(set(values)):
        x = _place(value, low, span)
        parts.append(f'<text x="{x:.0f}" y="{_HEIGHT - 22}" text-anchor="middle">{value:g}</text>')
    parts.append(
        f'<text x="{_place(low + span / 2, low, span):.0f}" y="{_HEIGHT - 5}" '
        f'text-anchor="middle">{html.escape(title)}</text>'
    )
    for number, (name, curve) in enumerate(curves.items()):
        colour = _COLOURS[number % len(_COLOURS)]
        points = " ".join(
            f"{_place(value, low, span):.1f},{_height(share):.1f}" for value, share in curve
        )
        parts.append(
            f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>'
        )
        parts.append(
            f'<text x="{_WIDTH - _NAMES + 14}" y="{16 + 15 * number}" fill="{colour}">'
            f"{html.escape(name)}</text>"
        )
    return "".join(parts) + "</svg>"


def _place(value: float, low: float, span: float) -> float:
    return _EDGE + (value - low) / span * (_WIDTH - _EDGE - _NAMES - 12)


def _height(share: float) -> float:
    decades = min(_DECADES, -math.log10(max(share, 1e-9)))
    return 10 + decades / _DECADES * (_HEIGHT - 56)
