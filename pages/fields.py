"""Model fields of the public pages."""

from typing import Any

from pages.models.taxonomy import ActorType
from pages.ticked_lists import TickedListField


class ActorTypesField(TickedListField):
    """Several `ActorType`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, choice_list=ActorType.choices, **({"blank": True} | kwargs))
