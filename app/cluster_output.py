"""What the command line prints about clusters: JSON shapes that stay stable, and words."""

from collections.abc import Iterator, Sequence

from app import output
from app.explained import Explained, LocalLine
from app.output import Shape
from cluster_sync.rows import SharedSong
from core.cluster_types import ExplainedLine, Outgoing, Recommendation, RowRefusal, SyncReport
from core.for_you import ForYou
from core.settings import Choices
from core.types import SongId

KILO = 1000.0


def outgoing_shape(outgoing: Outgoing) -> Shape:
    """Return what would travel."""
    return {
        "songs": outgoing.songs,
        "withdrawals": outgoing.withdrawals,
        "bytes": outgoing.bytes,
        "shares_titles": outgoing.shares_titles,
        "fields": list(outgoing.fields),
    }


def outgoing_words(outgoing: Outgoing) -> str:
    """Return what would travel, in a line."""
    what = ", ".join(outgoing.fields)
    return (
        f"To send: {outgoing.songs} songs (about {size(outgoing.bytes)}: {what}), "
        f"{outgoing.withdrawals} to take back. Sound and paths never travel."
    )


def size(n_bytes: float) -> str:
    """Return a number of bytes for people."""
    for unit in ("bytes", "kB", "MB"):
        if n_bytes < KILO:
            return f"{n_bytes:.0f} {unit}"
        n_bytes /= KILO
    return f"{n_bytes:.1f} GB"


def refusal_shape(refusal: RowRefusal) -> Shape:
    """Return one song that the cluster did not take."""
    return {"song_id": refusal.song_id, "reason": refusal.reason}


def sync_words(report: SyncReport, refused: Sequence[RowRefusal]) -> list[str]:
    """Return what a sync did."""
    did = f"{report.pushed} sent, {report.deleted} withdrawn, {report.pulled} recommendations."
    return [did, *(f"Not taken: {one.song_id}: {one.reason}" for one in refused)]


def recommendation_words(line: Recommendation) -> str:
    """Return one line of a list."""
    return f"{line.rank:>3}  {line.score:.3f}  {_name(line)}  ({line.reason})"


def for_you_shape(found: ForYou) -> Shape:
    """Return one song for the listener."""
    return {
        "catalogue_id": found.line.catalogue_id,
        "song_id": found.line.song_id,
        "title": found.line.title,
        "artist": found.line.artist,
        "score": found.score,
        "because": found.because,
    }


def for_you_words(found: ForYou, because: str) -> str:
    """Return one song for the listener."""
    return f"{found.score:.4f}  {_name(found.line)}  (you heard {because})"


def profiles_shape(choices: Choices) -> Shape:
    """Return the profiles."""
    return {
        "profile": choices.current.value if choices.current else None,
        "profiles": {
            name.value: {"uri": one.uri, "ca_file": str(one.ca_file) if one.ca_file else None}
            for name, one in choices.profiles.items()
        },
    }


def profiles_words(choices: Choices) -> list[str]:
    """Return the profiles, the one in use marked."""
    if not choices.profiles:
        return ["No profile is set."]
    return [
        f"{'*' if name is choices.current else ' '} {name.value:<4}  {one.uri}"
        + (f"  (trusts {one.ca_file})" if one.ca_file else "")
        for name, one in choices.profiles.items()
    ]


def explained_shape(found: Explained) -> Shape:
    """Return both sides of a song's list."""
    lines = found.told.lines if found.told else ()
    places = local_places(found)
    shapes = [_line_shape(line, places) for line in lines]
    return {
        "query": output.song_shape(found.query),
        "sent": sent_shape(found.sent),
        "recalled": found.told.recalled if found.told else 0,
        "kept": [shape for shape in shapes if shape["kept_rank"] is not None],
        "dropped": [shape for shape in shapes if shape["kept_rank"] is None],
        "local": [_local_shape(line, rank) for rank, line in enumerate(found.local, start=1)],
    }


def sent_shape(song: SharedSong | None) -> Shape | None:
    """Return what of a song travels."""
    if song is None:
        return None
    return {
        "stem": song.searched.stem.value,
        "model_id": song.searched.model_id,
        "vectors": [
            {"space": one.space.value, "stem": one.stem.value, "model_id": one.model_id}
            for one in song.vectors
        ],
        "codes": len(song.codes),
        "backing_windows": len(song.backing),
        "duration_s": song.duration_s,
        "title": song.title,
        "artist": song.artist,
        "changed_at": song.changed_at,
    }


def explained_words(found: Explained) -> Iterator[str]:
    """Yield both sides of a song's list, line by line."""
    yield _sent_words(found.sent)
    if found.told is None:
        yield "The cluster has no list of it yet."
    else:
        yield from _told_words(found)
    yield "This machine's own list:"
    for rank, line in enumerate(found.local, start=1):
        yield f"{rank:>3}  {output.neighbour_words(line.neighbour, line.song)}"


def local_places(found: Explained) -> dict[str, int]:
    """Return the place of each song in this machine's list."""
    return {line.song.song_id: rank for rank, line in enumerate(found.local, start=1)}


def _told_words(found: Explained) -> Iterator[str]:
    lines = found.told.lines if found.told else ()
    places = local_places(found)
    names = {line.catalogue_id: _explained_name(line) for line in lines}
    yield f"The cluster found {found.told.recalled if found.told else 0} songs near it. Kept:"
    for line in lines:
        if line.kept_rank is not None:
            here = places.get(_song_part(line))
            beside = f"here {here}" if here else "not in the list here"
            yield (
                f"{line.kept_rank:>3}  {line.score:.3f}  {_explained_name(line)}  "
                f"({line.reason}; {_moved(line.moved)}; {beside})"
            )
    yield "Dropped:"
    for line in lines:
        if line.kept_rank is None:
            of = f", of {names.get(line.of, line.of)}" if line.of else ""
            yield f"     {line.score:.3f}  {_explained_name(line)}  ({line.dropped}{of})"


def _sent_words(song: SharedSong | None) -> str:
    if song is None:
        return "Nothing of it travels."
    kinds = ", ".join(f"{one.space.value} of {one.stem.value}" for one in song.vectors)
    named = "with its title" if song.title else "without a title"
    return (
        f"Sent: vectors ({kinds}; searched by {song.searched.stem.value}, "
        f"{song.searched.model_id}), {len(song.codes)} fingerprint codes, {named}."
    )


def _moved(places: int) -> str:
    if not places:
        return "not moved"
    return f"moved {'up' if places > 0 else 'down'} by {abs(places)}"


def _line_shape(line: ExplainedLine, places: dict[str, int]) -> Shape:
    return {
        "catalogue_id": line.catalogue_id,
        "title": line.title,
        "artist": line.artist,
        "score": line.score,
        "kept_rank": line.kept_rank,
        "dropped": line.dropped or None,
        "of": line.of,
        "moved": line.moved,
        "reason": line.reason or None,
        "local_rank": places.get(_song_part(line)),
    }


def _local_shape(line: LocalLine, rank: int) -> Shape:
    return output.neighbour_shape(line.neighbour, line.song) | {"rank": rank}


def _song_part(line: ExplainedLine) -> SongId:
    return SongId(line.catalogue_id.partition(":")[2])


def _name(line: Recommendation) -> str:
    return f"{line.title} - {line.artist}" if line.title else line.catalogue_id


def _explained_name(line: ExplainedLine) -> str:
    if not line.title:
        return line.catalogue_id
    return f"{line.title} - {line.artist}" if line.artist else line.title
