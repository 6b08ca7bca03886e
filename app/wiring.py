"""The one place that builds objects and joins them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cluster_sync.credentials import Credentials, Keyring, OneSync
from cluster_sync.recommender.passes import PassReport, recommend_pass
from cluster_sync.sync import ClusterSync
from core.answers import Answers
from core.embedding.embed import Embedder
from core.index import LibraryIndex
from core.intake import Library
from core.library.store import Catalogue
from core.models import Models, spaces_of
from core.ports import Separator
from core.progress import Progress
from core.separation import demucs, spleeter
from core.settings import SeparatorName, Settings
from core.types import ModelId
from core.vectors.milvus import MilvusStore
from core.workbench import Workbench
from ui.messages import sentence


@dataclass(frozen=True, slots=True)
class ClusterAddress:
    """A cluster and the token for it, given for this run only."""

    uri: str
    token: str  # "user:password", or empty
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
def open_workbench(settings: Settings) -> Iterator[Workbench]:
    """Open the library with its index and models."""
    embedder = Embedder.load()
    spaces = spaces_of(embedder, _separator_id(settings.separator))
    with open_catalogue(settings) as catalogue:
        index = LibraryIndex(settings.places.library, catalogue, tuple(spaces.values()))
        library = Library(
            catalogue=catalogue,
            index=index,
            answers=Answers(catalogue, index, spaces),
            models=Models(embedder, lambda: _load_separator(settings)),
            spaces=spaces,
        )
        try:
            yield Workbench(library, explain=sentence)
        finally:
            index.close()


def sync_port(catalogue: Catalogue, cluster: ClusterAddress | None = None) -> ClusterSync:
    """Return the way to the cluster: the one given for this run, or the one signed in to."""
    credentials: Credentials = OneSync(cluster.token) if cluster else Keyring()
    ca_file = cluster.ca_file if cluster else None

    def open_store(uri: str, token: str) -> MilvusStore:
        return MilvusStore(uri, token=token, ca_file=ca_file)

    port = ClusterSync(catalogue, opener=open_store, credentials=credentials)
    if cluster is not None:
        port.sign_in(cluster.uri, token=cluster.token)
    return port


def run_recommend_pass(cluster: ClusterAddress, *, progress: Progress) -> PassReport:
    """Run one recommender pass on a cluster."""
    store = MilvusStore(cluster.uri, token=cluster.token, ca_file=cluster.ca_file)
    try:
        return recommend_pass(store, progress=progress)
    finally:
        store.close()


def fetch_separator(name: SeparatorName, settings: Settings, *, progress: Progress) -> None:
    """Fetch the weights of a separator that doesn't come with its own."""
    if name is SeparatorName.DEMUCS:
        demucs.fetch_weights(settings.places.weights, progress=progress)


def _separator_id(name: SeparatorName) -> ModelId:
    return demucs.MODEL_ID if name is SeparatorName.DEMUCS else spleeter.MODEL_ID


def _load_separator(settings: Settings) -> Separator:
    if settings.separator is SeparatorName.DEMUCS:
        weights = settings.places.weights / demucs.HTDEMUCS_FACTS.name
        return demucs.DemucsSeparator.load(weights)
    return spleeter.SpleeterSeparator.load()
