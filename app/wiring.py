"""The one place that builds objects and joins them.

What needs torch is imported where a model is loaded: verbs that need none start at once.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from app.explained import Explained, LocalLine
from cluster_sync.access import Access
from cluster_sync.credentials import Credentials, Keyring, OneSync
from cluster_sync.evidence import shared_songs
from cluster_sync.recommender.passes import PassReport, recommend_pass
from cluster_sync.sync import URI_NOTE, ClusterSync
from core.answers import Answers
from core.errors import SettingsError
from core.index import LibraryIndex
from core.library.store import Catalogue
from core.ports import Separator
from core.progress import Progress
from core.recommend import LIST_LENGTH
from core.settings import SeparatorName, Settings, SettingsFile, SoundChoices, checked
from core.types import LibraryId, ModelId, SongId
from core.vectors.milvus import MilvusStore
from ui.messages import noted

if TYPE_CHECKING:
    from core.intake import Library
    from core.listening import Listening
    from core.workbench import Workbench


@dataclass(frozen=True, slots=True)
class ClusterAddress:
    """A cluster and the token for it, given for this run only."""

    uri: str
    token: str = field(repr=False)  # "user:password", or empty
    ca_file: Path | None = None
    note: str = ""  # what the window should say of this cluster


@contextmanager
def open_catalogue(settings: Settings) -> Iterator[Catalogue]:
    """Open the library's catalogue alone: what needs no model and no index."""
    catalogue = Catalogue(settings.places.library)
    try:
        yield catalogue
    finally:
        catalogue.close()


@contextmanager
def open_workbench(settings: Settings, catalogue: Catalogue | None = None) -> Iterator["Workbench"]:
    """Open the library with its index and models, around its catalogue where that is open."""
    if catalogue is None:
        with open_catalogue(settings) as own, open_workbench(settings, own) as bench:
            yield bench
        return
    from core.embedding.embed import Embedder
    from core.intake import Library
    from core.models import Models, spaces_of
    from core.watching import Watching
    from core.workbench import Workbench

    embedder = Embedder.load()
    spaces = spaces_of(embedder, _separator_id(settings.separator))
    index = LibraryIndex(settings.places.library, catalogue, tuple(spaces.values()))
    library = Library(
        catalogue=catalogue,
        index=index,
        answers=Answers(catalogue, index, spaces),
        models=Models(embedder, lambda: _load_separator(settings)),
        spaces=spaces,
    )
    listening = _listening(library, settings.places.cache)
    try:
        yield Workbench(
            library,
            explain=noted,
            listening=listening,
            watching=Watching(catalogue, SettingsFile()),
        )
    finally:
        index.close()


def _listening(library: "Library", cache: Path) -> "Listening":
    from core.listening import Listening
    from core.stem_cache import StemCache

    choices = SettingsFile()
    try:
        limit_mib = choices.read().sound.stems_mib
    except SettingsError:  # said where the window reads it
        limit_mib = SoundChoices().stems_mib
    stems = StemCache(cache / "stems", lambda: library.models.separator, limit_mib=limit_mib)
    return Listening(library.catalogue, stems, settings=choices)


def sync_port(catalogue: Catalogue, cluster: ClusterAddress | None = None) -> ClusterSync:
    """Return the way to the cluster: the one given for this run, or the one signed in to."""
    credentials: Credentials = OneSync(cluster.token) if cluster else Keyring()
    ca_file = cluster.ca_file if cluster else None

    def opener(uri: str, token: str) -> MilvusStore:
        return MilvusStore(uri, token=token, ca_file=ca_file or trusted_ca(uri))

    uri = cluster.uri if cluster else None
    return ClusterSync(catalogue, opener=opener, credentials=credentials, uri=uri)


def trusted_ca(uri: str) -> Path | None:
    """Return the certificate authority that the profile of an address names.

    Raises ``ClusterError`` where that is the production cluster, and not met over TLS.
    """
    choices = SettingsFile().read()
    for profile in choices.profiles.values():
        if profile.uri == uri:
            checked(profile)
    return choices.ca_file_of(uri)


def signed_in_to(catalogue: Catalogue) -> str | None:
    """Return the address of the cluster that a library is signed in to, if it is."""
    return catalogue.note(URI_NOTE)


def run_recommend_pass(cluster: ClusterAddress, *, progress: Progress) -> PassReport:
    """Run one recommender pass on a cluster."""
    with open_store(cluster) as store:
        return recommend_pass(store, progress=progress)


@contextmanager
def open_store(cluster: ClusterAddress) -> Iterator[MilvusStore]:
    """Open a cluster's store."""
    store = MilvusStore(cluster.uri, token=cluster.token, ca_file=cluster.ca_file)
    try:
        yield store
    finally:
        store.close()


@contextmanager
def open_access(cluster: ClusterAddress) -> Iterator[Access]:
    """Open a cluster for its administrator."""
    with open_store(cluster) as store:
        yield Access(store)


def shipped_model() -> tuple[ModelId, int]:
    """Return the embedder that ships, and how long its vectors are."""
    from core.embedding.embed import Embedder

    embedder = Embedder.load()
    return embedder.model_id, embedder.dimension


def library_id(text: str) -> LibraryId | None:
    """Return a library's id as it is stored, or None for what is none."""
    try:
        return LibraryId(str(UUID(text)))
    except ValueError:
        return None


def explained(settings: Settings, port: ClusterSync, *, song_id: SongId) -> Explained:
    """Ask both sides about a song: the cluster how it came to its list, this machine for its own.

    Raises ``ClusterError``.
    """
    told = port.explanation(song_id)
    with open_workbench(settings) as bench:
        query = bench.catalogue.song(song_id)
        sent = shared_songs(bench.catalogue, [song_id], share_titles=port.outgoing().shares_titles)
        local = [
            LocalLine(near, bench.catalogue.song(near.song_id))
            for near in bench.similar(song_id, limit=LIST_LENGTH)
        ]
    return Explained(query, sent[0] if sent else None, told, local)


def fetch_separator(name: SeparatorName, settings: Settings, *, progress: Progress) -> None:
    """Fetch the weights of a separator that doesn't come with its own."""
    from core.separation import demucs

    if name is SeparatorName.DEMUCS:
        demucs.fetch_weights(settings.places.weights, progress=progress)


def _separator_id(name: SeparatorName) -> ModelId:
    from core.separation import demucs, spleeter

    return demucs.MODEL_ID if name is SeparatorName.DEMUCS else spleeter.MODEL_ID


def _load_separator(settings: Settings) -> Separator:
    from core.separation import demucs, spleeter

    if settings.separator is SeparatorName.DEMUCS:
        weights = settings.places.weights / demucs.HTDEMUCS_FACTS.name
        return demucs.DemucsSeparator.load(weights)
    return spleeter.SpleeterSeparator.load(settings.places.cache / "weights")
