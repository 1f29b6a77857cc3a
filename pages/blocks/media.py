"""Pictures inside running text."""

from wagtail import blocks
from wagtail.images.blocks import ImageBlock


class FigureBlock(blocks.StructBlock):
    """An image with its alternative and caption; the credit comes from the image itself."""

    image = ImageBlock(label="Image")
    caption = blocks.CharBlock(label="Légende", required=False, max_length=250)

    class Meta:
        icon = "image"
        label = "Image"
        description = "Image avec légende ; le crédit vient de la médiathèque."
        template = "pages/blocks/figure.html"
