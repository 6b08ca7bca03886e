"""What Prometheus reads of the recommender; a registry of its own, nothing of the process."""

from collections.abc import Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from cluster_sync.recommender import gate
from cluster_sync.recommender.tally import Tally

# Seconds of a pass: an empty one, a small one, a thousand songs, a first fill.
BUCKETS_S = (0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 900.0, 3600.0)
# Reasons quote what a row says; as labels, hostile rows could make any number of them.
_KINDS: Mapping[str, str] = {
    gate.REFUSED_KEY: "key",
    gate.REFUSED_SHAPE: "shape",
    gate.REFUSED_COUNT: "count",
    gate.REFUSED_AHEAD: "clock",
    gate.REFUSED_OLDER: "older",
    gate.REFUSED_GONE: "gone",
}
_BY_WORDS = (
    ("vectors of", "model"),
    ("written in format", "format"),
    ("the digest", "digest"),
    ("a vector of", "dimension"),
    ("the vector", "vector"),
    ("title or artist", "name"),
    ("the duration", "duration"),
)


class Metrics:
    """Counts over the life of the process."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        name = "songkin_recommender_"
        self._merged = self._counter(f"{name}songs_merged", "Songs taken into the catalogue.")
        self._removed = self._counter(f"{name}songs_removed", "Songs that left the catalogue.")
        self._lists = self._counter(f"{name}lists_written", "Lists written.")
        self._incomplete = self._counter(
            f"{name}incomplete_answers", "Answers that were OK and not complete, asked for again."
        )
        self._refused = self._counter(f"{name}songs_refused", "Rows not believed.", "reason")
        self._passes = self._counter(f"{name}passes", "Passes, by how they ended.", "outcome")
        self._seconds = Histogram(
            f"{name}pass_seconds",
            "Seconds of a pass.",
            buckets=BUCKETS_S,
            registry=self._registry,
        )
        self._last = self._gauge(f"{name}last_success_timestamp_seconds", "End of the last pass.")
        self._leads = self._gauge(f"{name}leader", "1 where the last pass held the merge.")

    def count(self, tally: Tally, *, seconds: float) -> None:
        """Add what a pass did, also where it failed."""
        self._merged.inc(tally.merged)
        self._removed.inc(tally.removed)
        self._lists.inc(tally.lists)
        self._incomplete.inc(tally.incomplete)
        for reason, many in tally.refused.items():
            self._refused.labels(refusal_kind(reason)).inc(many)
        self._seconds.observe(seconds)

    def ended(self, outcome: str) -> None:
        """Note how a pass ended: done, failed, led or stopped."""
        self._passes.labels(outcome).inc()
        self._leads.set(0 if outcome == "led" else 1)
        if outcome == "done":
            self._last.set_to_current_time()

    def text(self) -> bytes:
        """Return all of it as Prometheus reads it."""
        return generate_latest(self._registry)

    def _counter(self, name: str, help_: str, *labels: str) -> Counter:
        return Counter(name, help_, labels, registry=self._registry)

    def _gauge(self, name: str, help_: str) -> Gauge:
        return Gauge(name, help_, registry=self._registry)


def refusal_kind(reason: str) -> str:
    """Return the kind of a refusal, one of a closed choice."""
    found = next((kind for words, kind in _BY_WORDS if reason.startswith(words)), "content")
    return _KINDS.get(reason, found)
