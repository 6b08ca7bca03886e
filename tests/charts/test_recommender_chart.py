"""Our own chart: it lints, renders for every environment, and refuses values that make no sense."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import helm_python
import kubernetes_validate
import pytest
import yaml

from tests.charts import guards, helm, rules
from tests.charts.helm import Document

# The oldest and the newest; the one between judges every install in test_lifecycle.py.
OTHER_KUBERNETES = ("1.31", "1.37")
# The Prometheus operator's kinds: nobody gives a schema for them offline.
WITHOUT_SCHEMA = {"ServiceMonitor", "PodMonitor", "PrometheusRule"}
EVERYTHING = {
    "rebuild": {"enabled": True},
    "monitoring": {"enabled": True, "alerts": True},
    "podLabels": {"team": "1"},
    "podAnnotations": {"note": "yes"},
    "priorityClassName": "batch",
    "nodeSelector": {"kubernetes.io/arch": "amd64"},
    "tolerations": [{"key": "batch", "operator": "Exists"}],
    "image": {"pullSecrets": ["pull"]},
}
MODES = ({"pass": {"mode": "cronjob"}}, {"pass": {"mode": "deployment", "replicas": 2}})
SHAPES = [(e, mode) for e in helm.ENVIRONMENTS for mode in MODES]


def _rendered(environment: str, mode: dict[str, Any]) -> list[Document]:
    return helm.recommender(environment, mode, EVERYTHING)


@pytest.mark.parametrize("environment", helm.ENVIRONMENTS)
def test_lint_finds_nothing(environment: str) -> None:
    assert helm.lint(helm.RECOMMENDER, helm.recommender_values(environment)) == []


def test_lint_would_find_something(tmp_path: Path) -> None:
    (tmp_path / "templates").mkdir()
    (tmp_path / "Chart.yaml").write_text("apiVersion: v2\nname: broken\n")
    assert helm.lint(tmp_path, {}) != []


@pytest.mark.parametrize(("environment", "mode"), SHAPES)
def test_every_shape_obeys_every_rule(environment: str, mode: dict[str, Any]) -> None:
    docs = _rendered(environment, mode)
    assert rules.broken(rules.RULES, docs) == []
    assert rules.broken(guards.GUARDS, docs) == []


@pytest.mark.parametrize("version", OTHER_KUBERNETES)
def test_every_manifest_is_strictly_valid(version: str) -> None:
    for mode in MODES:
        for doc in _rendered("prod", mode):
            if doc["kind"] not in WITHOUT_SCHEMA:
                kubernetes_validate.validate(doc, version, strict=True)


def test_a_misspelt_field_would_be_seen() -> None:
    (doc,) = helm.of_kind(helm.recommender("fat"), "CronJob")
    doc["spec"]["concurencyPolicy"] = "Forbid"
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(doc, helm.KUBERNETES, strict=True)


def _scan(folder: Path, docs: list[Document]) -> tuple[int, list[Document]]:
    """Scan for pod security at the restricted level."""
    folder.mkdir()
    (folder / "all.yaml").write_text(yaml.safe_dump_all(docs))
    report = folder.parent / f"{folder.name}.json"
    command = [Path(sys.executable).with_name("policy-guard"), "scan", folder, "-l", "restricted"]
    ran = subprocess.run(
        [*command, "--fail-on", "high", "-f", "json", "-o", report],
        capture_output=True,
        check=False,
    )
    return ran.returncode, json.loads(report.read_text())


def test_pods_are_restricted(tmp_path: Path) -> None:
    """One scan for everything that our chart can make."""
    docs = [d for environment, mode in SHAPES for d in _rendered(environment, mode)]
    code, report = _scan(tmp_path / "good", docs)
    assert code == 0, report


def test_the_scan_would_find_a_privileged_pod(tmp_path: Path) -> None:
    docs = helm.recommender("prod")
    (doc,) = helm.of_kind(docs, "Deployment")
    rules.containers(doc)[0]["securityContext"] = {"privileged": True}
    assert _scan(tmp_path / "bad", docs)[0] == 1


BAD_VALUES: dict[str, dict[str, Any]] = {
    "no repository": {"image": {"repository": ""}},
    "no digest": {"image": {"digest": ""}},
    "half a digest": {"image": {"digest": "sha256:abc"}},
    "an unknown key": {"replicas": 2},
    "an unknown key deep down": {"pass": {"replica": 2}},
    "no address": {"milvus": {"uri": ""}},
    "a token inside the address": {"milvus": {"uri": "https://a:b@milvus:19530"}},
    "plain text": {"milvus": {"uri": "http://milvus:19530"}},
    "a token over plain text": {"milvus": {"uri": "http://milvus:19530", "allowPlainText": True}},
    "a mode that isn't there": {"pass": {"mode": "daemon"}},
    "no pod": {"pass": {"replicas": 0}},
    "a schedule in words": {"pass": {"schedule": "every night"}},
    "gigabits": {"pass": {"resources": {"limits": {"memory": "4Gb"}}}},
    "no shard": {"rebuild": {"shards": 0}},
    "a long id": {"rebuild": {"id": "after-the-new-model"}},
    "a port below 1024": {"metricsPort": 80},
    "alerts without metrics": {"monitoring": {"enabled": False, "alerts": True}},
    "a budget that stops every drain": {"milvusPods": {"disruptionBudgets": {"maxUnavailable": 0}}},
    "a part that Milvus hasn't": {"milvusPods": {"disruptionBudgets": {"components": ["worker"]}}},
    "anybody": {"milvusPods": {"networkPolicy": {"clients": [{}]}}},
}


@pytest.mark.parametrize("what", BAD_VALUES)
def test_bad_values_are_refused(what: str) -> None:
    with pytest.raises(helm_python.HelmError, match="schema"):
        helm.recommender("prod", BAD_VALUES[what])


def test_defaults_alone_ask_for_what_only_the_installation_knows() -> None:
    with pytest.raises(helm_python.HelmError) as refused:
        helm.documents(helm.RECOMMENDER, {}, name="songkin")
    for place in ("/image/repository", "/image/digest", "/milvus/uri"):
        assert place in str(refused.value)


def _keys(values: dict[str, Any], schema: dict[str, Any], place: str = "") -> set[str]:
    """Return where values and schema don't name the same keys."""
    named = schema.get("properties")
    if named is None:
        return set()
    extra = {"global"} if not place else set()
    wrong = {f"{place}/{key}" for key in values.keys() ^ (named.keys() - extra)}
    return wrong.union(
        *(
            _keys(value, named.get(key, {}), f"{place}/{key}")
            for key, value in values.items()
            if isinstance(value, dict)
        )
    )


def test_the_schema_and_the_defaults_name_the_same_keys() -> None:
    schema = json.loads((helm.RECOMMENDER / "values.schema.json").read_text("utf-8"))
    assert _keys(helm.values_of(helm.RECOMMENDER / "values.yaml"), schema) == set()


@pytest.mark.parametrize("name", ["y", "1", "x" * 53])
def test_any_release_name_makes_valid_names_and_labels(name: str) -> None:
    """A release called ``y`` or ``1`` must not become a truth value or a number in a label."""
    values = helm.recommender_values("prod", EVERYTHING)
    assert rules.broken(rules.RULES, helm.documents(helm.RECOMMENDER, values, name=name)) == []


def test_a_pod_of_an_indexed_job_has_a_host_name_that_fits() -> None:
    values = helm.recommender_values("prod", EVERYTHING, {"rebuild": {"id": "a" * 12}})
    (job,) = [
        d
        for d in helm.documents(helm.RECOMMENDER, values, name="x" * 53)
        if d["kind"] == "Job" and "rebuild" in d["metadata"]["name"]
    ]
    # Kubernetes calls the pod's host by the Job's name and the index (1,000 shards at most).
    assert len(job["metadata"]["name"] + "-999") <= 63


def test_guards_of_milvus_go_where_milvus_is() -> None:
    docs = helm.recommender("prod", {"milvus": {"namespace": "vectors"}})
    there = {rules.label(d) for d in docs if d["metadata"]["namespace"] == "vectors"}
    assert there == {rules.label(d) for d in docs if "-milvus" in d["metadata"]["name"]}
    (ours,) = [d for d in docs if rules.label(d) == "NetworkPolicy/songkin-recommender"]
    (peer,) = ours["spec"]["egress"][1]["to"]
    assert peer["namespaceSelector"]["matchLabels"]["kubernetes.io/metadata.name"] == "vectors"


def test_nothing_reads_metrics_where_nobody_may() -> None:
    docs = helm.recommender("prod", {"networkPolicy": {"monitoring": []}})
    (ours,) = [d for d in docs if rules.label(d) == "NetworkPolicy/songkin-recommender"]
    assert ours["spec"]["ingress"] == []


def test_monitors_find_the_pods() -> None:
    for _, mode in SHAPES[:2]:
        docs = _rendered("prod", mode)
        pods = [rules.labels_of(c) for c in rules.controllers(docs)]
        services = [d["metadata"]["labels"] for d in helm.of_kind(docs, "Service")]
        for monitor in helm.of_kind(docs, "PodMonitor"):
            assert any(rules.selects(monitor["spec"]["selector"], labels) for labels in pods)
        for monitor in helm.of_kind(docs, "ServiceMonitor"):
            assert any(rules.selects(monitor["spec"]["selector"], labels) for labels in services)
        assert len(helm.of_kind(docs, "ServiceMonitor")) == (mode["pass"]["mode"] == "deployment")
