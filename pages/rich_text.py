"""« Citation »: an inline quotation, stored as <q> (RGAA 9.4), offered in every rich text."""

from typing import Any

from wagtail.admin.rich_text.converters.html_to_contentstate import InlineStyleElementHandler
from wagtail.admin.rich_text.editors.draftail.features import InlineStyleFeature

STYLE = "QUOTATION"


def register(features: Any) -> None:
    features.register_editor_plugin(
        "draftail",
        "quotation",
        InlineStyleFeature({"type": STYLE, "icon": "openquote", "description": "Citation"}),
    )
    features.register_converter_rule(
        "contentstate",
        "quotation",
        {
            "from_database_format": {"q": InlineStyleElementHandler(STYLE)},
            "to_database_format": {"style_map": {STYLE: "q"}},
        },
    )
