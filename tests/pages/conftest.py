"""Pictures of the public pages' tests."""

from io import BytesIO

from django.core.files.images import ImageFile
from django.core.files.uploadedfile import SimpleUploadedFile

import pytest
from PIL import Image

from pages.models import CreditedImage


@pytest.fixture
def picture(db):
    stream = BytesIO()
    Image.new("RGB", (1600, 1000), "#0f4c5c").save(stream, "PNG")
    return CreditedImage.objects.create(
        title="jardin.png",
        description="Des habitants plantent un arbre",
        credit="© La Ville",
        file=ImageFile(BytesIO(stream.getvalue()), name="jardin.png"),
    )


@pytest.fixture
def upload():
    stream = BytesIO()
    Image.new("RGB", (64, 40), "#0f4c5c").save(stream, "PNG")
    return SimpleUploadedFile("jardin.png", stream.getvalue(), content_type="image/png")
