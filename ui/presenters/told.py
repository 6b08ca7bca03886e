"""What the core and the cluster say in words of their own, said in the window's language.

They speak English, from a closed choice. What is not among it, as what a newer cluster says, is
shown as it came.
"""

import re
from typing import Final

from ui.language import N_, gettext, ngettext, number
from ui.messages import shown

# As ``core.recommend`` gives them, beside a number of copies.
REASONS: Final = (
    N_("the nearest in sound"),
    N_("near in sound"),
    N_("near this song more than near everything else"),
    N_("moved up for variety"),
    N_("the same recording as the song itself"),
    N_("the same recording as another in the list"),
    N_("enough by this artist already"),
    N_("the list is full"),
)
LEFT_OUT: Final = re.compile(r"(.+); (\d+) cop(?:y|ies) of it left out")
# As ``cluster_sync`` names what it sends of a song.
FIELDS: Final = (
    N_("vectors"),
    N_("fingerprints"),
    N_("duration"),
    N_("names of the models"),
    N_("time of the last change"),
    N_("title"),
    N_("artist"),
)
# As a comparison tells how far it is.
DOING: Final = (N_("separating"), N_("searching"), N_("comparing"))


def reason(said: str) -> str:
    """Say why the cluster lists a song, or dropped it."""
    found = LEFT_OUT.fullmatch(said)
    if found is None:
        return shown(gettext(said))
    count = int(found[2])
    words = ngettext(
        "{reason}; {count} copy of it left out", "{reason}; {count} copies of it left out", count
    )
    return words.format(reason=shown(gettext(found[1])), count=number(count))


def field(said: str) -> str:
    """Say what of a song travels."""
    return shown(gettext(said))


def doing(said: str) -> str:
    """Say what is being done, as a sentence begins."""
    words = gettext(said)
    return words[:1].upper() + words[1:]
