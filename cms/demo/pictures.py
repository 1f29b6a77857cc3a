"""Drawn illustrations of the demonstration: flat shapes in the identity's palette.

A key names its composition, then anything: « skyline-trappes », « table-2 ». The rest of the key
seeds the variation, so the same key always gives the same bytes and two keys two pictures.
"""

import math
import random
from collections.abc import Callable
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

from cms.demo.canvas import (
    CORAL,
    DEEP,
    INK,
    LAGOON,
    MIST,
    OCHRE,
    ROSE,
    SAND,
    STRAW,
    TEAL,
    WIDTH,
    Canvas,
    person,
    sun,
    tree,
)

BRIGHT = (CORAL, OCHRE, LAGOON, DEEP, ROSE)

# --- What compositions are made of ---------------------------------------------------------


def building(canvas: Canvas, box: tuple[float, float, float, float], fill: str, lit: str) -> None:
    x, y, width, height = box
    canvas.rectangle(x, y, width, height, fill)
    columns = max(2, int(width // 46))
    step = width / columns
    for row in range(int((height - 30) // 56)):
        for column in range(columns):
            if canvas.rng.random() < 0.72:
                canvas.rectangle(
                    x + step * column + step * 0.28, y + 26 + row * 56, step * 0.44, 30, lit
                )


def street(canvas: Canvas, ground: float, tallest: float, fills: tuple[str, ...], lit: str) -> None:
    x = -20.0
    while x < WIDTH:
        width = canvas.rng.choice((110, 140, 180, 230))
        height = tallest * canvas.rng.uniform(0.35, 1)
        top = ground - height
        building(canvas, (x, top, width, canvas.height), canvas.rng.choice(fills), lit)
        x += width + canvas.rng.choice((0, 0, 14, 40))


def crowd(canvas: Canvas, ground: float, height: float, fills: tuple[str, ...]) -> None:
    x = canvas.rng.uniform(40, 120)
    previous = ""
    while x < WIDTH - 30:
        previous = canvas.rng.choice([fill for fill in fills if fill != previous])
        person(canvas, x, ground, height * canvas.rng.uniform(0.72, 1), previous)
        x += height * canvas.rng.uniform(0.36, 0.62)


# --- Compositions --------------------------------------------------------------------------


def skyline(canvas: Canvas) -> None:
    sun(canvas, CORAL)
    street(canvas, canvas.height * 0.8, canvas.height * 0.6, (TEAL, MIST), SAND)
    street(canvas, canvas.height * 0.94, canvas.height * 0.45, (DEEP, LAGOON, INK), STRAW)
    canvas.rectangle(0, canvas.height * 0.9, WIDTH, canvas.height, OCHRE)


def river(canvas: Canvas) -> None:
    sun(canvas)
    phase = canvas.rng.uniform(0, 6)
    canvas.below(canvas.wave(canvas.height * 0.42, 40, 1500, phase), TEAL)
    for rank, fill in enumerate((LAGOON, DEEP, MIST, DEEP)):
        level = canvas.height * (0.52 + 0.12 * rank)
        canvas.below(canvas.wave(level, 34, 900 + 130 * rank, phase + rank), fill)
    for _ in range(9):
        x = canvas.rng.uniform(60, WIDTH - 60)
        tree(canvas, x, canvas.height * 0.47, canvas.rng.uniform(130, 230), DEEP)
    x = canvas.rng.uniform(400, 1100)
    level = canvas.height * 0.74
    canvas.shape([(x, level), (x + 260, level), (x + 210, level + 60), (x + 50, level + 60)], CORAL)
    canvas.shape([(x + 130, level - 170), (x + 130, level - 14), (x + 235, level - 14)], SAND)


def resonance(canvas: Canvas) -> None:
    canvas.rectangle(0, 0, WIDTH, canvas.height, DEEP)
    for colour in canvas.rng.sample((CORAL, OCHRE, TEAL, ROSE), 3):
        x = canvas.rng.uniform(0.1, 0.9) * WIDTH
        y = canvas.rng.uniform(0.15, 0.85) * canvas.height
        for rank in range(1, 9):
            canvas.ring(x, y, rank * canvas.rng.uniform(62, 70), colour, 20 - 1.8 * rank)
        canvas.circle(x, y, 34, colour)


def people(canvas: Canvas) -> None:
    canvas.circle(WIDTH / 2, canvas.height * 0.62, canvas.height * 0.52, TEAL)
    crowd(canvas, canvas.height * 1.0, canvas.height * 0.72, (MIST, STRAW, ROSE))
    crowd(canvas, canvas.height * 1.02, canvas.height * 0.56, (CORAL, OCHRE, LAGOON, DEEP))


def trees(canvas: Canvas) -> None:
    sun(canvas, ROSE)
    for rank, fills in enumerate(((MIST, TEAL), (LAGOON, OCHRE), (DEEP, CORAL))):
        ground = canvas.height * (0.66 + 0.12 * rank)
        canvas.below(canvas.wave(ground - 12, 14, 1300, rank * 2), (TEAL, STRAW, OCHRE)[rank])
        for _ in range(8 - 2 * rank):
            x = canvas.rng.uniform(40, WIDTH - 40)
            height = canvas.height * (0.28 + 0.12 * rank) * canvas.rng.uniform(0.8, 1.1)
            tree(canvas, x, ground, height, canvas.rng.choice(fills))


def bridge(canvas: Canvas) -> None:
    sun(canvas, CORAL)
    street(canvas, canvas.height * 0.62, canvas.height * 0.3, (TEAL, MIST), SAND)
    water = canvas.height * 0.72
    canvas.rectangle(0, water, WIDTH, canvas.height, LAGOON)
    arches = canvas.rng.choice((3, 4, 5))
    deck, span = canvas.height * 0.5, WIDTH / arches
    canvas.rectangle(0, deck, WIDTH, canvas.height * 0.32, DEEP)
    for rank in range(arches):
        middle = span * (rank + 0.5)
        canvas.dome(middle, water, span * 0.38, water - deck - 40, TEAL)
        canvas.rectangle(middle - span * 0.38, water, span * 0.76, canvas.height * 0.12, MIST)
    canvas.below(canvas.wave(canvas.height * 0.83, 12, 420, canvas.rng.uniform(0, 6)), LAGOON)
    for _ in range(6):
        x = canvas.rng.uniform(60, WIDTH - 60)
        person(canvas, x, deck, canvas.rng.uniform(110, 150), canvas.rng.choice((CORAL, OCHRE)))
    canvas.rectangle(0, deck - 6, WIDTH, 34, INK)


def table(canvas: Canvas) -> None:
    canvas.rectangle(0, 0, WIDTH, canvas.height, canvas.rng.choice((TEAL, STRAW, MIST)))
    across, down = 470, canvas.height * 0.26
    seats = canvas.rng.randint(7, 11)
    turn = canvas.rng.uniform(0, 1)
    for rank in range(seats):
        angle = 2 * math.pi * (rank + turn) / seats
        x = WIDTH / 2 + (across + 110) * math.cos(angle)
        y = canvas.height / 2 + (down + 100) * math.sin(angle)
        canvas.circle(x, y, 74, BRIGHT[rank % 4])
        canvas.circle(x, y, 38, SAND)
    canvas.ellipse(WIDTH / 2, canvas.height / 2 + 14, across, down, INK)
    canvas.ellipse(WIDTH / 2, canvas.height / 2, across, down, SAND)
    for _ in range(7):
        x = WIDTH / 2 + canvas.rng.uniform(-290, 220)
        y = canvas.height / 2 + canvas.rng.uniform(-0.6, 0.4) * down
        canvas.rectangle(x, y, 88, 64, canvas.rng.choice(BRIGHT), 8)


def balconies(canvas: Canvas) -> None:
    canvas.rectangle(0, 0, WIDTH, canvas.height, canvas.rng.choice((DEEP, LAGOON)))
    rows, columns = 4, 7
    high, wide = canvas.height / rows, WIDTH / columns
    for row in range(rows):
        for column in range(columns):
            x, y = column * wide + 34, row * high + 26
            inside = canvas.rng.choice((SAND, STRAW, TEAL, SAND))
            canvas.rectangle(x, y, wide - 68, high - 52, inside, 10)
            if canvas.rng.random() < 0.45:
                colour = canvas.rng.choice((CORAL, OCHRE, INK))
                person(canvas, x + wide / 2 - 34, y + high - 70, high * 0.55, colour)
            rail = canvas.rng.choice((CORAL, OCHRE, ROSE, MIST))
            canvas.rectangle(x - 12, y + high - 120, wide - 44, 68, rail, 8)


def garden(canvas: Canvas) -> None:
    sun(canvas)
    canvas.below(canvas.wave(canvas.height * 0.5, 26, 1700, canvas.rng.uniform(0, 6)), MIST)
    for rank in range(4):
        y = canvas.height * (0.56 + 0.11 * rank)
        canvas.below(canvas.wave(y, 9, 1400, rank), (LAGOON, DEEP, LAGOON, INK)[rank])
        x = canvas.rng.uniform(10, 60)
        while x < WIDTH:
            size = canvas.rng.uniform(15, 26) + 5 * rank
            canvas.rectangle(x - 4, y - size * 2, 8, size * 2.4, DEEP if rank else INK)
            canvas.circle(x, y - size * 2, size, canvas.rng.choice((CORAL, OCHRE, ROSE, SAND)))
            x += canvas.rng.uniform(60, 110)
    x = canvas.rng.uniform(200, 1300)
    person(canvas, x, canvas.height * 0.6, canvas.height * 0.34, CORAL)
    person(canvas, x + 150, canvas.height * 0.6, canvas.height * 0.28, OCHRE)


def wheels(canvas: Canvas) -> None:
    sun(canvas, ROSE)
    street(canvas, canvas.height * 0.72, canvas.height * 0.34, (TEAL, MIST), SAND)
    road = canvas.height * 0.88
    canvas.rectangle(0, canvas.height * 0.8, WIDTH, canvas.height, OCHRE)
    for x in (canvas.rng.uniform(250, 380), canvas.rng.uniform(880, 1020)):
        colour = canvas.rng.choice((DEEP, CORAL))
        for hub in (x, x + 330):
            canvas.ring(hub, road - 120, 122, INK, 16)
            canvas.circle(hub, road - 120, 18, colour)
        frame = [(x, road - 120), (x + 110, road - 270), (x + 290, road - 270)]
        canvas.line([*frame, (x + 330, road - 120)], colour, 18)
        canvas.line([frame[1], (x + 160, road - 120), frame[2]], colour, 18)
        canvas.line([frame[0], (x + 160, road - 120)], colour, 18)
        canvas.line([(x + 290, road - 270), (x + 270, road - 330), (x + 340, road - 345)], INK, 14)
        canvas.rectangle(x + 70, road - 300, 90, 22, INK, 10)


def voices(canvas: Canvas) -> None:
    canvas.rectangle(0, 0, WIDTH, canvas.height, canvas.rng.choice((TEAL, STRAW)))
    for column in range(4):
        x = 60 + column * 390 + canvas.rng.uniform(-30, 30)
        y = canvas.height * canvas.rng.uniform(0.06, 0.26)
        fill = (CORAL, DEEP, OCHRE, LAGOON)[(column + canvas.rng.randint(0, 1)) % 4]
        height = canvas.rng.uniform(170, 260)
        canvas.rectangle(x, y, 310, height, fill, 60)
        canvas.shape(
            [(x + 60, y + height - 8), (x + 140, y + height - 8), (x + 60, y + height + 70)], fill
        )
        for rank in range(int(height // 70)):
            length = canvas.rng.uniform(110, 220)
            canvas.rectangle(x + 46, y + 50 + rank * 52, length, 18, SAND, 9)
    crowd(canvas, canvas.height * 1.02, canvas.height * 0.42, (INK, DEEP, CORAL, LAGOON))


def threads(canvas: Canvas) -> None:
    canvas.rectangle(0, 0, WIDTH, canvas.height, canvas.rng.choice((SAND, INK, DEEP)))
    for rank in range(11):
        y = canvas.height * (0.06 + 0.09 * rank)
        crest = canvas.wave(y, canvas.rng.uniform(16, 60), canvas.rng.uniform(500, 1400), rank)
        colour = (CORAL, OCHRE, LAGOON, MIST, ROSE)[rank % 5]
        if rank % 2:
            canvas.line(crest, colour, 20)
        else:
            for start in range(0, len(crest) - 6, 9):
                canvas.line(crest[start : start + 6], colour, 14)


COMPOSITIONS: dict[str, Callable[[Canvas], None]] = {
    "skyline": skyline,
    "river": river,
    "resonance": resonance,
    "people": people,
    "trees": trees,
    "bridge": bridge,
    "table": table,
    "balconies": balconies,
    "garden": garden,
    "wheels": wheels,
    "voices": voices,
    "threads": threads,
}


def draw(key: str, size: tuple[int, int] = (1200, 750)) -> bytes:
    """JPEG bytes of the illustration named `key`, `size` in pixels.

    Raises KeyError when the key does not begin with a known composition.
    """
    # Seeding by a string hashes it with SHA-512: the same on every machine and run.
    canvas = Canvas(size, SAND, random.Random(key))  # noqa: S311
    COMPOSITIONS[key.partition("-")[0]](canvas)
    return canvas.jpeg()


def draw_logo() -> bytes:
    """Transparent PNG, 520 × 120 pixels, of the mark and the word « Résonances ».

    Everything wears a light outline: mail readers in dark mode darken what lies behind.
    """
    image = Image.new("RGBA", (2080, 480), (0, 0, 0, 0))
    pen = ImageDraw.Draw(image)
    for thickness, colours in ((52, (SAND,) * 3), (28, (DEEP, LAGOON, OCHRE))):
        for radius, colour in zip((200, 140, 80), colours, strict=True):
            edge = (thickness - 28) // 2
            box = (
                240 - radius - edge,
                260 - radius - edge,
                240 + radius + edge,
                260 + radius + edge,
            )
            pen.arc(box, 158, 22, fill=colour, width=thickness)
    pen.ellipse((192, 262, 288, 358), fill=SAND)
    pen.ellipse((204, 274, 276, 346), fill=CORAL)
    font = ImageFont.load_default(size=260)
    # Pillow's own font has no accent: « é » is an e under a stroke drawn here.
    left = 500 + font.getlength("R") + font.getlength("e") / 2
    for edge, colour in ((12, SAND), (5, DEEP)):
        pen.text(
            (500, 100), "Resonances", font=font, fill=DEEP, stroke_width=edge, stroke_fill=colour
        )
        pen.line((left - 10, 172, left + 26, 132), fill=colour, width=2 * edge + 20)
    stream = BytesIO()
    image.resize((520, 120), Image.Resampling.LANCZOS).save(stream, "PNG", optimize=True)
    return stream.getvalue()
