"""Shapes of the shared collections."""

import math

import pytest

from cluster_sync import collections as shapes
from cluster_sync.lists import ListItem
from core.types import CatalogueId


def test_lists_come_back() -> None:
    items = (
        ListItem(CatalogueId("l:1"), 'a "title"', "音楽", 0.75, "near in sound"),
        ListItem(CatalogueId("l:2"), "", "", -0.5, ""),
    )
    assert shapes.read_items(shapes.items_text(items)) == items
    for broken in ("", "1", "[1]", '[["a"]]', '[["a","b","c","x","e"]]'):
        with pytest.raises(ValueError):
            shapes.read_items(broken)


@pytest.mark.parametrize("told", [math.nan, math.inf, "soon", None])
def test_a_grave_of_a_hostile_tombstone_has_no_time(told: object) -> None:
    values = {"changed_at": told, "deleted": 7}
    grave = shapes.grave_row("l:1", values)  # type: ignore[arg-type] - hostile
    assert grave.values == {"changed_at": 0.0, "deleted": shapes.REMOVED}


def test_a_grave_remembers_when_and_how() -> None:
    grave = shapes.grave_row("l:1", {"changed_at": 12.5, "deleted": shapes.WITHDRAWN})
    assert grave.values == {"changed_at": 12.5, "deleted": shapes.WITHDRAWN}
    assert set(grave.values) == set(shapes.GRAVE_FIELDS)
