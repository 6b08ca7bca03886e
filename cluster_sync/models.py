"""Which vectors may be compared with which. Pure.

A model id is the embedder's, then "+" and the separator's where the stem was separated first. The
catalogue holds vectors of one embedder. Of separators it takes those only that were measured to
leave a song where its mix is (``docs/decisions/sync.md``): a song that another one separated is
searched by its mix.
"""

import re

from core.types import ModelId

# Mix and backing of a song: cosine 0.996, and as good an answer when one is asked and the others
# are searched (benchmarks/results/backing.md).
MEASURED_SEPARATORS = ("spleeter-2stems-",)

_VERSION = re.compile(r"^(?P<name>.+)-(?P<version>\d+)-[0-9a-f]+$")


def base_model(model_id: str) -> ModelId:
    """Return the embedder's part of a model id."""
    return ModelId(model_id.partition("+")[0])


def is_comparable(model_id: str) -> bool:
    """Tell whether a vector lies where the same embedder's vector of the mix would lie."""
    separator = model_id.partition("+")[2]
    return not separator or separator.startswith(MEASURED_SEPARATORS)


def older_side(ours: str, theirs: str) -> str:
    """Say which of two different models is the old one: "here", "there", or "unknown"."""
    mine, other = _VERSION.match(ours), _VERSION.match(theirs)
    if not mine or not other or mine["name"] != other["name"]:
        return "unknown"
    if int(mine["version"]) == int(other["version"]):
        return "unknown"
    return "here" if int(mine["version"]) < int(other["version"]) else "there"
