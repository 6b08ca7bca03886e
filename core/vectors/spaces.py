"""Embedding spaces, and the name of the collection that holds one.

Vectors of two model versions never share a collection: the model is part of the name.
"""

import hashlib
from dataclasses import dataclass

from core.types import ModelId, SpaceName, Stem

MODEL_DIGITS = (
    12  # hexadecimal digits of the model id's digest; 48 bits part all versions there are
)


@dataclass(frozen=True, slots=True)
class Space:
    """Where vectors of one stem, made by one model, can be compared."""

    name: SpaceName
    stem: Stem
    model_id: ModelId
    dimension: int


def collection_name(space: Space) -> str:
    """Return the collection of a space; Milvus takes letters, digits and underscores only."""
    digest = hashlib.sha256(space.model_id.encode()).hexdigest()[:MODEL_DIGITS]
    return f"{space.name.value}_{space.stem.value}_{digest}_{space.dimension}"
