"""An image always carries its credit, and either a text alternative or « décorative »."""

import io

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile

import pytest
from PIL import Image

from pages.models import CreditedImage

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]


def picture(**fields):
    buffer = io.BytesIO()
    Image.new("RGB", (40, 30), "#0f4c5c").save(buffer, "PNG")
    return CreditedImage(
        title="rive.png", file=ContentFile(buffer.getvalue(), name="rive.png"), **fields
    )


def test_an_image_without_credit_is_refused_at_the_field():
    with pytest.raises(ValidationError) as refusal:
        picture(description="Une rive").full_clean()
    assert set(refusal.value.message_dict) == {"credit"}


def test_an_image_neither_described_nor_decorative_is_refused_at_the_field():
    with pytest.raises(ValidationError) as refusal:
        picture(credit="© Trois Rives").full_clean()
    assert refusal.value.message_dict["description"] == [
        "Décrivez l'image, ou cochez « image décorative »."
    ]


def test_the_file_name_is_never_the_text_alternative():
    decorative = picture(credit="© Trois Rives", is_decorative=True)
    decorative.full_clean()
    assert decorative.default_alt_text == ""
    described = picture(credit="© Trois Rives", description="Une rive au soleil")
    assert described.default_alt_text == "Une rive au soleil"


def test_the_upload_form_asks_for_credit_and_alternative_at_once(admin_client):
    page = admin_client.get("/admin/images/add/").content.decode()
    assert "Crédit" in page
    assert "image décorative" in page.lower()
