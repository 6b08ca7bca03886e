"""Names of collections."""

import re

from core.types import ModelId, SpaceName, Stem
from core.vectors.spaces import Space, collection_name


def test_a_name_fits_milvus_and_tells_models_apart() -> None:
    spaces = [
        Space(name, stem, ModelId(model), dimension)
        for name in SpaceName
        for stem in Stem
        for model in ("style-1-ab", "style-1-ab+spleeter-2stems-cd", "ä" * 300)
        for dimension in (64, 256)
    ]
    names = {collection_name(space) for space in spaces}
    assert len(names) == len(spaces)
    assert all(re.fullmatch(r"[A-Za-z][0-9A-Za-z_]{0,254}", name) for name in names)
