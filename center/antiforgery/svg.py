"""The emblem for a browser: its operators, with the colours that an eye or a camera sees.

For explaining the mark on a screen; what is printed is never made from this.
"""

from collections.abc import Callable

import numpy as np

from center.antiforgery import colour
from center.antiforgery.colour import CMYK

Shade = Callable[[CMYK], str]
Box = tuple[float, float, float, float]
"""Left, bottom, right, top."""


def seen_by_eye(recipe: CMYK) -> str:
    """The colour as sRGB."""
    red, green, blue = colour.to_srgb(colour.visible(recipe))
    return f"#{red:02x}{green:02x}{blue:02x}"


def seen_by_camera(recipe: CMYK) -> str:
    """The grey that an infra-red camera shows."""
    level = int(np.round(float(colour.infrared(recipe)) * 255))
    return f"#{level:02x}{level:02x}{level:02x}"


def both_views(content: bytes, box: Box, title: str) -> str:
    """An SVG of the eye's and the camera's picture beside one another."""
    width, height = box[2] - box[0], box[3] - box[1]
    views = "".join(
        f'<g transform="translate({number * (width + _GAP):.1f} 0)">'
        f'<rect width="{width:.1f}" height="{height:.1f}" fill="{shade((0, 0, 0, 0))}"/>'
        f"{_Drawing(shade, f'v{number}').drawn(content, box)}</g>"
        for number, shade in enumerate((seen_by_eye, seen_by_camera))
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {2 * width + _GAP:.1f} '
        f'{height:.1f}"><title>{title}</title>{views}</svg>'
    )


_GAP = 12
_PATH = {"m": "M", "l": "L", "c": "C", "h": "Z"}


class _Drawing:
    """One pass over the operators of `center.antiforgery.drawing`."""

    def __init__(self, shade: Shade, name: str) -> None:
        self._shade = shade
        self._name = name
        self._fill = self._stroke = "none"
        self._width = "1"
        self._path = ""
        self._out: list[str] = []
        self._open = [0]
        """Groups to be closed where a saved state ends."""
        self._acts: dict[str, Callable[[list[str]], None]] = {
            "k": self._set_fill, "K": self._set_stroke, "w": self._set_width,
            "q": self._save, "Q": self._restore, "cm": self._move, "W": self._clip,
            "f": self._paint_fill, "S": self._paint_stroke, "n": self._drop,
        }  # fmt: skip

    def drawn(self, content: bytes, box: Box) -> str:
        """The whole drawing as an SVG group, `box` moved to the origin and turned upright."""
        numbers: list[str] = []
        for word in content.decode("ascii").split():
            if word[-1].isdigit():
                numbers.append(word)
                continue
            if word in _PATH:
                self._path += _PATH[word] + " ".join(numbers)
            else:
                self._acts[word](numbers)
            numbers = []
        turned = f"matrix(1 0 0 -1 {-box[0]:.3f} {box[3]:.3f})"
        return f'<g transform="{turned}">{"".join(self._out)}</g>'

    def _set_fill(self, numbers: list[str]) -> None:
        self._fill = self._shade(_recipe(numbers))

    def _set_stroke(self, numbers: list[str]) -> None:
        self._stroke = self._shade(_recipe(numbers))

    def _set_width(self, numbers: list[str]) -> None:
        self._width = numbers[0]

    def _save(self, _numbers: list[str]) -> None:
        self._open.append(0)

    def _restore(self, _numbers: list[str]) -> None:
        self._out.append("</g>" * self._open.pop())

    def _move(self, numbers: list[str]) -> None:
        self._group(f'transform="matrix({" ".join(numbers)})"')

    def _clip(self, _numbers: list[str]) -> None:
        name = f"{self._name}c{len(self._out)}"
        self._out.append(f'<clipPath id="{name}"><path d="{self._path}"/></clipPath>')
        self._group(f'clip-path="url(#{name})"')

    def _group(self, how: str) -> None:
        self._out.append(f"<g {how}>")
        self._open[-1] += 1

    def _paint_fill(self, numbers: list[str]) -> None:
        self._out.append(f'<path d="{self._path}" fill="{self._fill}"/>')
        self._drop(numbers)

    def _paint_stroke(self, numbers: list[str]) -> None:
        self._out.append(
            f'<path d="{self._path}" fill="none" stroke="{self._stroke}" '
            f'stroke-width="{self._width}"/>'
        )
        self._drop(numbers)

    def _drop(self, _numbers: list[str]) -> None:
        self._path = ""


def _recipe(numbers: list[str]) -> CMYK:
    cyan, magenta, yellow, black = (float(one) for one in numbers)
    return cyan, magenta, yellow, black
