"""Pictures as the press wants them: bytes under a name, and what is printed beside them."""

from typing import Any

from wagtail.images.exceptions import InvalidFilterSpecError
from wagtail.images.models import SourceImageIOError

from willow.image import UnrecognisedImageFormatError

from pages.models import CreditedImage
from pages.typesetting.nodes import printable
from pages.typesetting.press import TypesettingError

# 170 mm at 200 dots per inch.
WIDE = "width-1340|format-jpeg|bgcolor-ffffff|jpegquality-82"
LOGO = "max-600x300|format-png"


class Pictures:
    """Collects the renditions of one document; `files` goes to the press."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}

    def add(
        self, image: CreditedImage | None, spec: str = WIDE, *, alt: str | None = None
    ) -> dict[str, Any] | None:
        """What the template shows: file, alt ("" is decorative), credit, width and height.

        `alt` None takes the image's own. Raises TypesettingError when the file is lost.
        """
        if image is None:
            return None
        try:
            rendition = image.get_rendition(spec)
            with rendition.file.open("rb") as stream:
                content = stream.read()
        except (
            OSError,
            SourceImageIOError,
            UnrecognisedImageFormatError,
            InvalidFilterSpecError,
        ) as error:
            raise TypesettingError(
                f"Le fichier de l'image « {image.title} » est introuvable ou illisible. "
                "Remplacez-le dans la médiathèque."
            ) from error
        name = f"image-{rendition.pk}.{'png' if 'png' in spec else 'jpg'}"
        self.files[name] = content
        return {
            "file": name,
            "alt": printable(image.default_alt_text if alt is None else alt),
            "credit": printable(image.credit),
            "width": rendition.width,
            "height": rendition.height,
        }
