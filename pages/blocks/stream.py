"""The composed streams, one per kind of page."""

from wagtail import blocks

from .joining import JoiningBlock
from .media import FigureBlock
from .text import HeadingBlock, KeyFiguresBlock, ParagraphBlock, QuoteBlock


class ArticleStream(blocks.StreamBlock):
    """The body of an article: experience sheets today, publications and actions tomorrow."""

    heading = HeadingBlock()
    paragraph = ParagraphBlock()
    quote = QuoteBlock()
    key_figures = KeyFiguresBlock()
    figure = FigureBlock()
    joining = JoiningBlock()
