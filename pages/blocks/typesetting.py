"""The no-break spaces of what the editor's forms say of a block: its name, its help.

They reach the browser as data, which the middleware of the admin's pages leaves alone; and in the
declarations they would be invisible, and change the migrations.
"""

from typing import Any, Final

from wagtail.admin.telepath import register
from wagtail.blocks import Block, FieldBlock, ListBlock, StaticBlock, StreamBlock, StructBlock
from wagtail.blocks.field_block import FieldBlockAdapter
from wagtail.blocks.list_block import ListBlockAdapter
from wagtail.blocks.static_block import StaticBlockAdapter
from wagtail.blocks.stream_block import StreamBlockAdapter
from wagtail.blocks.struct_block import StructBlockAdapter
from wagtail.images.blocks import ImageBlock, ImageBlockAdapter

from pages.typography import typeset_label

_SAID: Final = ("label", "description", "helpText")
_ADAPTERS: Final = {
    FieldBlock: FieldBlockAdapter,
    ListBlock: ListBlockAdapter,
    StaticBlock: StaticBlockAdapter,
    StreamBlock: StreamBlockAdapter,
    StructBlock: StructBlockAdapter,
    ImageBlock: ImageBlockAdapter,
}


class TypesetAdapter:
    """Before an adapter of Wagtail, whose last argument for the browser is what it says."""

    def js_args(self, block: Block) -> list[Any]:
        *others, said = super().js_args(block)  # type: ignore[misc]
        typeset = {name: typeset_label(str(said[name])) for name in _SAID if said.get(name)}
        return [*others, said | typeset]


def register_adapters() -> None:
    for block, adapter in _ADAPTERS.items():
        register(type(adapter.__name__, (TypesetAdapter, adapter), {})(), block)
