"""Which vectors may be compared with which."""

import pytest

from cluster_sync import models as shapes
from core.separation import demucs, spleeter


@pytest.mark.parametrize(
    ("ours", "theirs", "old"),
    [
        ("style-1-0a", "style-2-0b", "here"),
        ("style-10-0a", "style-9-0b", "there"),
        ("style-1-0a", "style-1-0b", "unknown"),
        ("style-1-0a", "mood-2-0b", "unknown"),
        ("untrained", "style-2-0b", "unknown"),
    ],
)
def test_which_side_is_old(ours: str, theirs: str, old: str) -> None:
    assert shapes.older_side(ours, theirs) == old


def test_only_measured_separators_are_compared_with_mixes() -> None:
    assert shapes.is_comparable("style-1-0a")
    assert shapes.is_comparable(f"style-1-0a+{spleeter.MODEL_ID}")
    assert not shapes.is_comparable(f"style-1-0a+{demucs.MODEL_ID}")
    assert not shapes.is_comparable("style-1-0a+my own separator")


def test_the_embedder_is_what_stands_before_the_separator() -> None:
    assert shapes.base_model(f"style-1-0a+{spleeter.MODEL_ID}") == "style-1-0a"
    assert shapes.base_model("style-1-0a") == "style-1-0a"
