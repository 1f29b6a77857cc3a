"""A drawing surface thought in units, drawn at twice the size asked and reduced.

Pillow's shapes are not anti-aliased: reducing is what smooths their edges.
"""

import math
import random
from io import BytesIO

from PIL import Image, ImageDraw

OVERSAMPLING = 2
WIDTH = 1600  # every composition is thought 1600 units wide, whatever the pixels

DEEP, CORAL, SAND = "#0f4c5c", "#e36414", "#f6f1e7"
INK, TEAL, OCHRE = "#1d2b2f", "#cfe3e2", "#e9b44c"
# Tints of the palette, for what lies behind.
MIST, LAGOON, ROSE, STRAW = "#a9cac9", "#5c9ea0", "#f2b48c", "#f4dba6"

Point = tuple[float, float]


class Canvas:
    """A drawing surface in units: 1600 wide, as high as the picture's ratio says."""

    def __init__(self, size: tuple[int, int], background: str, rng: random.Random) -> None:
        self.size, self.rng = size, rng
        self.scale = size[0] * OVERSAMPLING / WIDTH
        self.height = WIDTH * size[1] / size[0]
        pixels = (size[0] * OVERSAMPLING, size[1] * OVERSAMPLING)
        self.image = Image.new("RGB", pixels, background)
        self.pen = ImageDraw.Draw(self.image, "RGBA")

    def _box(self, x: float, y: float, width: float, height: float) -> tuple[float, ...]:
        return tuple(value * self.scale for value in (x, y, x + width, y + height))

    def rectangle(
        self, x: float, y: float, width: float, height: float, fill: str, radius: float = 0
    ) -> None:
        self.pen.rounded_rectangle(
            self._box(x, y, width, height), radius=radius * self.scale, fill=fill
        )

    def circle(self, x: float, y: float, radius: float, fill: str) -> None:
        self.ellipse(x, y, radius, radius, fill)

    def ellipse(self, x: float, y: float, across: float, down: float, fill: str) -> None:
        self.pen.ellipse(self._box(x - across, y - down, 2 * across, 2 * down), fill=fill)

    def ring(self, x: float, y: float, radius: float, colour: str, thickness: float) -> None:
        box = self._box(x - radius, y - radius, 2 * radius, 2 * radius)
        self.pen.ellipse(box, outline=colour, width=round(thickness * self.scale))

    def dome(self, x: float, y: float, across: float, down: float, fill: str) -> None:
        """Upper half of an ellipse whose flat side lies at `y`."""
        box = self._box(x - across, y - down, 2 * across, 2 * down)
        self.pen.pieslice(box, 180, 360, fill=fill)

    def shape(self, points: list[Point], fill: str) -> None:
        self.pen.polygon([(x * self.scale, y * self.scale) for x, y in points], fill=fill)

    def line(self, points: list[Point], colour: str, thickness: float) -> None:
        self.pen.line(
            [(x * self.scale, y * self.scale) for x, y in points],
            fill=colour,
            width=round(thickness * self.scale),
            joint="curve",
        )

    def wave(self, y: float, swing: float, length: float, phase: float = 0.0) -> list[Point]:
        return [
            (x, y + swing * math.sin(2 * math.pi * x / length + phase))
            for x in range(0, WIDTH + 1, 8)
        ]

    def below(self, crest: list[Point], fill: str) -> None:
        """Fill everything under a line."""
        self.shape([*crest, (WIDTH, self.height), (0, self.height)], fill)

    def jpeg(self) -> bytes:
        reduced = self.image.resize(self.size, Image.Resampling.LANCZOS)
        stream = BytesIO()
        reduced.save(stream, "JPEG", quality=88, optimize=True)
        return stream.getvalue()


def sun(canvas: Canvas, fill: str = OCHRE) -> None:
    x = canvas.rng.uniform(0.15, 0.85) * WIDTH
    canvas.circle(x, canvas.height * 0.3, canvas.rng.uniform(90, 150), fill)


def person(canvas: Canvas, x: float, ground: float, height: float, fill: str) -> None:
    """A head above rounded shoulders; `height` in units from ground to crown."""
    head = height * 0.17
    canvas.dome(x, ground - height * 0.3, head * 1.5, height * 0.32, fill)
    canvas.rectangle(x - head * 1.5, ground - height * 0.31, head * 3, height * 0.31, fill)
    canvas.circle(x, ground - height + head, head, fill)


def tree(canvas: Canvas, x: float, ground: float, height: float, fill: str) -> None:
    canvas.rectangle(x - height * 0.03, ground - height * 0.6, height * 0.06, height * 0.6, INK)
    if canvas.rng.random() < 0.5:
        canvas.ellipse(x, ground - height * 0.65, height * 0.24, height * 0.35, fill)
    else:
        canvas.circle(x, ground - height * 0.7, height * 0.3, fill)
