"""Drawn logos of the demonstration's funders: a mark and an acronym, on white."""

from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

from cms.demo.canvas import CORAL, DEEP, INK, LAGOON, OCHRE

SIZE, SCALE = (480, 180), 4
MARKS = ("ring", "arches", "drops", "steps", "door")


def draw(acronym: str, rank: int) -> bytes:
    """PNG bytes, 480 × 180 pixels; `rank` chooses the mark and its two colours."""
    image = Image.new("RGB", (SIZE[0] * SCALE, SIZE[1] * SCALE), "white")
    pen = ImageDraw.Draw(image)
    main = (DEEP, CORAL, LAGOON, INK, DEEP)[rank % 5]
    accent = (OCHRE, DEEP, CORAL, OCHRE, CORAL)[rank % 5]
    _mark(pen, MARKS[rank % 5], main, accent)
    font = ImageFont.load_default(size=80 * SCALE)
    pen.text((185 * SCALE, 90 * SCALE), acronym, font=font, fill=main, anchor="lm", stroke_width=6)
    stream = BytesIO()
    image.resize(SIZE, Image.Resampling.LANCZOS).save(stream, "PNG", optimize=True)
    return stream.getvalue()


def _mark(pen: ImageDraw.ImageDraw, name: str, main: str, accent: str) -> None:
    """Inside a square of 130 pixels, 25 from the edges."""

    def box(*edges: float) -> tuple[float, ...]:
        return tuple((25 + edge) * SCALE for edge in edges)

    if name == "ring":
        pen.ellipse(box(0, 0, 130, 130), outline=main, width=22 * SCALE)
        pen.ellipse(box(45, 45, 85, 85), fill=accent)
    elif name == "arches":
        for rank, colour in enumerate((main, accent, main)):
            edges = box(22 * rank, 22 * rank, 130 - 22 * rank, 240 - 22 * rank)
            pen.pieslice(edges, 180, 360, fill=colour)
    elif name == "drops":
        for left, top, colour in ((0, 40, main), (65, 0, accent), (65, 75, main)):
            pen.ellipse(box(left, top, left + 58, top + 58), fill=colour)
    elif name == "steps":
        for rank, colour in enumerate((accent, main, main)):
            pen.rectangle(box(44 * rank, 86 - 43 * rank, 44 * rank + 40, 130), fill=colour)
    else:
        pen.rounded_rectangle(box(15, 0, 115, 130), radius=40 * SCALE, fill=main)
        pen.rounded_rectangle(box(45, 35, 85, 130), radius=18 * SCALE, fill=accent)
