"""docs/operations.md is what one can do: its commands parse, its files and objects exist."""

import argparse
import itertools
import re
import shlex
from collections.abc import Iterator
from typing import Any

import helm_python
import numpy as np
import pytest
from prometheus_client.parser import text_string_to_metric_families

from app.cli import parser as songkin_parser
from cluster_sync.keys import catalogue_id
from cluster_sync.recommender import __main__ as recommender
from cluster_sync.recommender.metrics import Metrics
from cluster_sync.rows import SharedSong, SharedVector, song_row
from core.embedding.network import DIMENSION as STYLE_DIMENSION
from core.embedding.work import DIMENSION as WORK_DIMENSION
from core.fingerprint.codes import CODE_PERIOD_S
from core.types import Codes, Fingerprint, LibraryId, ModelId, SongId, SpaceName, Stem
from core.vectors.rows import Row
from tests.charts import helm, rules
from tests.charts.helm import ROOT

PAGE = (ROOT / "docs" / "operations.md").read_text("utf-8")
README = (helm.RECOMMENDER / "README.md").read_text("utf-8")
# What a reader puts in; each is a valid value of its kind.
MODEL = ModelId("style-1-0123456789ab+spleeter-2stems-0123456789ab")
PLACEHOLDERS = {"URI": "https://milvus:19530", "NAME": "anna", "ID": "0" * 32}


def _commands() -> Iterator[str]:
    """Yield the page's commands: the lines of its shell blocks, and what stands in backticks."""
    for block in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL):
        yield from re.sub(r"\\\n\s*", " ", block).splitlines()
    yield from re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", PAGE, flags=re.DOTALL))


def _of(program: str) -> list[list[str]]:
    """Return the arguments of a program's commands, placeholders filled in."""
    steps = [step for command in _commands() for step in re.split(r"[|>]", command.split(" #")[0])]
    found = [step.strip() for step in steps if step.strip().startswith(program + " ")]
    return [[PLACEHOLDERS.get(word, word) for word in shlex.split(step)] for step in found]


def _given_commands() -> list[list[str]]:
    """Return songkin's commands with their options; a bare name only mentions one."""
    whole = {tuple(words) for words in _of("songkin") if any(w.startswith("--") for w in words)}
    return [list(words) for words in sorted(whole)]


def _parses(parser: argparse.ArgumentParser, words: list[str]) -> bool:
    try:
        parser.parse_args(words)
    except SystemExit:
        return False
    return True


@pytest.mark.parametrize("words", _given_commands(), ids=" ".join)
def test_songkin_understands_its_commands(words: list[str]) -> None:
    assert _parses(songkin_parser(), words[1:])


def test_the_page_has_the_verbs_of_the_cluster() -> None:
    verbs = {tuple(words[1:3]) for words in _of("songkin")}
    assert verbs >= {("cluster", verb) for verb in ("init", "add-musician", "revoke", "list")}


def test_a_verb_that_is_not_there_would_be_seen() -> None:
    assert not _parses(songkin_parser(), ["cluster", "dance"])


def test_the_charts_commands_are_those_of_the_recommender() -> None:
    """Every container's arguments, as Kubernetes would fill them in, are understood."""
    on = {"rebuild": {"enabled": True}}
    loop = {"pass": {"mode": "deployment"}}
    for docs in (helm.recommender("fat", on), helm.recommender("prod", on, loop)):
        for doc in rules.controllers(docs):
            (box,) = rules.containers(doc)
            assert _parses(recommender._parser(), box["args"]), box["args"]
    assert not _parses(recommender._parser(), ["pass", "--every", "often"])


def test_files_exist() -> None:
    named = set(re.findall(r"(?:charts|docs|tests|cluster_sync)/[\w./{},-]*\w", PAGE))
    expanded = {
        name.replace("{dev,fat,prod}", environment)
        for name in named
        for environment in helm.ENVIRONMENTS
    }
    assert [name for name in expanded if not (ROOT / name).exists()] == []
    assert len(expanded) > 8


def _lookup(values: dict[str, Any], place: str) -> object:
    for key in place.split("."):
        values = values[key]
    return values


def test_values_that_are_set_exist() -> None:
    known = helm.values_of(helm.RECOMMENDER / "values.yaml")
    given = re.findall(r"--set(?:-string)? ([\w.]+)=|`([a-z]\w*(?:\.\w+)+)=", PAGE)
    for place in {first or second for first, second in given}:
        _lookup(known, place)  # raises KeyError for one that isn't there


def test_helm_commands_render() -> None:
    """Each install and upgrade of ours on the page gives values that the schema accepts."""
    ours = [words for words in _of("helm") if "charts/recommender" in words]
    for words in ours:
        layers = [helm.values_of(ROOT / name) for name in _after(words, "-f")]
        if not layers:  # --reset-then-reuse-values: on top of what is installed
            layers = [helm.values_of(helm.RECOMMENDER / "values-fat.yaml")]
        sets = [helm_python.parse_set_string(text) for text in _after(words, "--set")]
        texts = [helm_python.parse_set_string_values(t) for t in _after(words, "--set-string")]
        values = helm.merged(*layers, *sets, *texts, helm.GIVEN)
        assert helm.documents(helm.RECOMMENDER, values, name="songkin")
    assert len(ours) >= 4


def _after(words: list[str], option: str) -> list[str]:
    return [value for word, value in itertools.pairwise(words) if word == option]


def _secrets_made() -> dict[str, set[str]]:
    """Return the keys of each Secret that the page makes."""
    found: dict[str, set[str]] = {}
    for words in _of("kubectl"):
        if "secret" in words:
            kind, name = words[words.index("secret") + 1 :][:2]
            files = [word.partition("=")[2] for word in words if word.startswith("--from-file=")]
            found[name] = {"tls.crt", "tls.key"} if kind == "tls" else set(files)
    return found


def _secrets_needed(values: Any) -> Iterator[tuple[str, str]]:
    """Yield the Secrets and keys that values refer to, wherever they stand."""
    if isinstance(values, list):
        for item in values:
            yield from _secrets_needed(item)
    if not isinstance(values, dict):
        return
    for key, value in values.items():
        if key == "secretKeyRef":
            yield value["name"], value["key"]
        elif key == "existingSecret":
            yield from ((value, part) for part in ("accesskey", "secretkey"))
        elif key == "secret":
            yield from ((value["secretName"], file) for file in ("tls.crt", "tls.key"))
        else:
            yield from _secrets_needed(value)


def test_secrets_are_those_that_the_charts_mount() -> None:
    needed: dict[str, set[str]] = {}
    for environment in ("fat", "prod"):
        ours = helm.recommender_values(environment)
        defaults = helm.values_of(helm.RECOMMENDER / "values.yaml")
        pairs = [
            (ours["auth"]["secretName"], defaults["auth"]["key"]),
            (ours["tls"]["caSecretName"], defaults["tls"]["key"]),
            *_secrets_needed(helm.milvus_values(environment)),
        ]
        for name, key in pairs:
            needed.setdefault(name, set()).add(key)
    assert _secrets_made() == needed


def test_a_song_takes_as_many_bytes_as_the_page_says() -> None:
    (told,) = re.findall(r"row in `catalogue_style` \| ([\d,]+) \|", PAGE)
    row = _four_minutes()
    size = sum(len(str(value).encode()) for value in row.values.values())
    size += len(row.key) + row.vector.nbytes
    assert size == pytest.approx(int(told.replace(",", "")), rel=0.1)


def _four_minutes() -> Row:
    """Return the row of a song of four minutes with all that can travel."""
    random = np.random.default_rng(1)

    def vector(space: SpaceName, stem: Stem, dimension: int) -> SharedVector:
        numbers = random.normal(size=dimension).astype(np.float32)
        return SharedVector(space, stem, MODEL, numbers / np.linalg.norm(numbers))

    def codes(duration_s: float) -> Codes:
        return random.integers(0, 2**32, int(duration_s / CODE_PERIOD_S), dtype=np.uint32)

    style = [(SpaceName.STYLE, stem, STYLE_DIMENSION) for stem in Stem]
    work = [(SpaceName.WORK, stem, WORK_DIMENSION) for stem in (Stem.MIX, Stem.BACKING)]
    return song_row(
        SharedSong(
            catalogue_id(LibraryId("a" * 32), SongId("b" * 32)),
            vectors=tuple(vector(*kind) for kind in (*style, *work)),
            codes=codes(240.0),
            duration_s=240.0,
            title="The name of a song",
            artist="Who plays it",
            backing=tuple(Fingerprint(Stem.BACKING, 30.0 * i, codes(12.0)) for i in range(3)),
            changed_at=1.8e9,
        )
    )


def test_objects_have_these_names() -> None:
    """The Deployments that the page names are those that the charts make."""
    named = set(re.findall(r"deployment/(songkin-[\w-]+)", PAGE))
    docs = helm.recommender("prod")
    assert named == {d["metadata"]["name"] for d in helm.of_kind(docs, "Deployment")}


def test_the_chart_s_readme_has_every_value() -> None:
    rows = set(re.findall(r"^\| `(\w+)` \|", README, re.MULTILINE))
    assert rows == helm.values_of(helm.RECOMMENDER / "values.yaml").keys()


def _alerts() -> dict[str, str]:
    """Return every alert that the chart can make, and what it asks."""
    found: dict[str, str] = {}
    for mode in ("cronjob", "deployment"):
        docs = helm.recommender("prod", {"pass": {"mode": mode}})
        (doc,) = helm.of_kind(docs, "PrometheusRule")
        for rule in doc["spec"]["groups"][0]["rules"]:
            found[f"{mode} {rule['alert']}"] = rule["expr"]
    return found


def _metrics() -> set[str]:
    """Return the names of all series that the recommender has."""
    names: set[str] = set()
    for family in text_string_to_metric_families(Metrics().text().decode()):
        ends = {"counter": ["_total"], "histogram": ["", "_bucket", "_sum", "_count"]}
        names |= {family.name + end for end in ends.get(family.type, [""])}
    return names


def test_alerts_ask_for_metrics_that_exist() -> None:
    asked = set(re.findall(r"songkin_recommender_\w+", str(_alerts())))
    assert asked
    assert asked <= _metrics()


def test_the_page_explains_every_alert_and_metric() -> None:
    table = set(re.findall(r"^\| `(Songkin\w+)` \|", PAGE, re.MULTILINE))
    assert table == {name.split()[1] for name in _alerts()}
    named = set(re.findall(r"^\| `(songkin_recommender_\w+)` \|", PAGE, re.MULTILINE))
    assert named <= _metrics()
    ends = ("_bucket", "_sum", "_count", "_created")
    assert {name for name in _metrics() if not name.endswith(ends)} == named
