"""Our values for the public Milvus chart: known keys only, and no trap that it sets.

The chart itself isn't ours and isn't here. Where MILVUS_CHART_DIR names a copy of it, the values
are rendered with it for real.
"""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import kubernetes_validate
import pytest
import yaml

from tests.charts import guards, helm, rules
from tests.charts.helm import Document, Values

SCHEMA = json.loads((helm.MILVUS / "values.schema.json").read_text("utf-8"))
CHART_VERSION = "5.0.19"
CLUSTERS = ("fat", "prod")
PARTS = ("proxy", "mixCoordinator", "dataNode", "streamingNode", "queryNode")
# A chart's own kind for Prometheus has no schema.
WITHOUT_SCHEMA = {"ServiceMonitor"}


def _problems(values: Values) -> list[str]:
    found = jsonschema.Draft202012Validator(SCHEMA).iter_errors(values)
    user = jsonschema.Draft202012Validator({**SCHEMA["$defs"]["user.yaml"]})
    text = values.get("extraConfigFiles", {}).get("user.yaml", "")
    return [error.message for error in (*found, *user.iter_errors(yaml.safe_load(text)))]


def _user(values: Values) -> dict[str, Any]:
    """Return Milvus' own configuration, which the chart passes on unread."""
    return dict(yaml.safe_load(values["extraConfigFiles"]["user.yaml"]))


@pytest.mark.parametrize("environment", helm.ENVIRONMENTS)
def test_only_known_keys(environment: str) -> None:
    assert _problems(helm.milvus_values(environment)) == []


def _in_user(old: str, new: str) -> Callable[[Values], None]:
    def change(values: Values) -> None:
        text = values["extraConfigFiles"]["user.yaml"]
        assert old in text
        values["extraConfigFiles"]["user.yaml"] = text.replace(old, new)

    return change


BAD: dict[str, Callable[[Values], None]] = {
    "a misspelt key": lambda v: v.update(queryNodes=v.pop("queryNode")),
    "a misspelt key deep down": lambda v: v["etcd"].update(replicas=3),
    "no message queue": lambda v: v.pop("woodpecker"),
    "Pulsar as well": lambda v: v["pulsarv3"].update(enabled=True),
    "an even number of etcd": lambda v: v["etcd"].update(replicaCount=2),
    "two object storages": lambda v: v["minio"].update(enabled=True),
    "keys in a ConfigMap": lambda v: v["externalS3"].update(accessKey="a", secretKey="b"),
    "a secret written down and referred to": lambda v: v["proxy"]["extraEnv"][0].update(value="a"),
    "no resources": lambda v: v["dataNode"].pop("resources"),
    "gigabits": lambda v: v["dataNode"]["resources"]["limits"].update(memory="8G"),
    "a door for everybody": lambda v: v["service"].update(type="LoadBalancer"),
    "another Milvus": lambda v: v["image"]["all"].update(tag="latest"),
    "a writable certificate": lambda v: v["volumeMounts"][0].update(readOnly=False),
    "mq unset": _in_user("type: woodpecker", "kind: woodpecker"),
    "one key of two": _in_user("clusterLevelLoadResourceGroups", "clusterLevelResourceGroups"),
    "TLS without a key": _in_user("serverKeyPath", "serverKey"),
    "HTTP beside TLS": _in_user("http:\n    enabled: false", "http:\n    enabled: true"),
}


@pytest.mark.parametrize("what", BAD)
def test_bad_values_are_found(what: str) -> None:
    values = copy.deepcopy(helm.milvus_values("prod"))
    BAD[what](values)
    assert _problems(values) != []


@pytest.mark.parametrize("environment", CLUSTERS)
def test_accounts_and_tls_are_on(environment: str) -> None:
    values = helm.milvus_values(environment)
    user = _user(values)
    assert user["common"]["security"] == {"authorizationEnabled": True, "tlsMode": 1}
    (mount,) = values["volumeMounts"]
    (volume,) = values["volumes"]
    assert mount["name"] == volume["name"]
    for path in user["tls"].values():
        assert Path(path).parent == Path(mount["mountPath"])
    # The keys of a Secret of type kubernetes.io/tls.
    assert {Path(p).name for p in user["tls"].values()} == {
        "tls.crt",
        "tls.key",
    }  # kubernetes.io/tls


@pytest.mark.parametrize("environment", CLUSTERS)
def test_every_part_gets_its_secrets_by_reference(environment: str) -> None:
    values = helm.milvus_values(environment)
    storage = values.get("externalS3") or {"port": "9000"}
    for part in PARTS:
        env = {e["name"]: e for e in values[part]["extraEnv"]}
        for name in ("MINIO_ACCESS_KEY_ID", "MINIO_SECRET_ACCESS_KEY"):
            assert "secretKeyRef" in env[name]["valueFrom"]
        assert "secretKeyRef" in env["COMMON_SECURITY_DEFAULTROOTPASSWORD"]["valueFrom"]
        assert env["MINIO_PORT"]["value"] == storage["port"]


@pytest.mark.parametrize("environment", CLUSTERS)
def test_there_are_two_read_copies_and_nodes_for_them(environment: str) -> None:
    values = helm.milvus_values(environment)
    copies = _user(values)["queryCoord"]["clusterLevelLoadReplicaNumber"]
    assert copies >= 2
    assert values["queryNode"]["replicas"] >= copies


def test_production_survives_the_loss_of_any_one_machine() -> None:
    values = helm.milvus_values("prod")
    copies = _user(values)["queryCoord"]["clusterLevelLoadReplicaNumber"]
    assert all(values[part]["replicas"] >= 2 for part in PARTS)
    assert values["queryNode"]["replicas"] > copies
    assert values["mixCoordinator"]["activeStandby"]["enabled"]
    etcd = values["etcd"]
    assert etcd["replicaCount"] == 3
    assert etcd["podAntiAffinityPreset"] == "hard"
    assert etcd["pdb"]["minAvailable"] == etcd["replicaCount"] // 2 + 1
    assert values["externalS3"]["useSSL"]


def test_loaded_data_is_never_pushed_out_of_memory() -> None:
    resources = helm.milvus_values("prod")["queryNode"]["resources"]
    assert resources["requests"]["memory"] == resources["limits"]["memory"]


@pytest.mark.parametrize("environment", helm.ENVIRONMENTS)
def test_each_file_says_which_chart_it_is_for(environment: str) -> None:
    assert CHART_VERSION in (helm.MILVUS / f"values-{environment}.yaml").read_text("utf-8")


@pytest.mark.parametrize("environment", CLUSTERS)
def test_the_recommender_trusts_and_reaches_this_milvus(environment: str) -> None:
    ours = helm.recommender_values(environment)
    assert ours["milvus"]["uri"].startswith("https://")
    assert ours["auth"]["secretName"]
    own_minio = ours.get("milvusPods", {}).get("networkPolicy", {}).get("minio", False)
    assert own_minio is helm.milvus_values(environment)["minio"]["enabled"]


def _public(environment: str) -> list[Document]:
    chart = helm.public_milvus()
    assert chart is not None
    return helm.documents(chart, helm.milvus_values(environment), name="milvus")


@helm.chart_needed
def test_the_public_chart_is_the_pinned_one() -> None:
    chart = yaml.safe_load((helm.public_milvus() / "Chart.yaml").read_text("utf-8"))
    assert chart["version"] == CHART_VERSION
    assert f"v{chart['appVersion']}" == helm.milvus_values("prod")["image"]["all"]["tag"]


@helm.chart_needed
@pytest.mark.parametrize("environment", helm.ENVIRONMENTS)
def test_the_public_chart_renders_and_is_valid(environment: str) -> None:
    assert helm.lint(helm.public_milvus(), helm.milvus_values(environment)) == []
    docs = _public(environment)
    assert rules.broken(rules.RULES, docs) == []
    for doc in docs:
        if doc["kind"] not in WITHOUT_SCHEMA:
            kubernetes_validate.validate(doc, helm.KUBERNETES, strict=True)


@helm.chart_needed
@pytest.mark.parametrize("environment", helm.ENVIRONMENTS)
def test_milvus_is_told_what_our_values_say(environment: str) -> None:
    (config,) = [d for d in _public(environment) if rules.label(d) == "ConfigMap/milvus"]
    told = yaml.safe_load(config["data"]["default.yaml"])
    assert told["mq"]["type"] == "woodpecker"
    assert yaml.safe_load(config["data"]["user.yaml"]) == _user(helm.milvus_values(environment))
    if environment in CLUSTERS:
        assert told["minio"]["accessKeyID"] is told["minio"]["secretAccessKey"] is None


@helm.chart_needed
@pytest.mark.parametrize("environment", helm.ENVIRONMENTS)
def test_our_chart_guards_every_pod_of_the_public_one(environment: str) -> None:
    """Both releases together: each Milvus pod behind a policy, each pair with one budget."""
    both = [*_public(environment), *helm.recommender(environment)]
    assert rules.broken(rules.RULES, both) == []
    asked = [guards.budgets_cover_what_runs_twice, guards.what_runs_twice_is_spread]
    assert rules.broken(asked, both) == []
    open_to_all = rules.broken([guards.policies_hold_every_pod], both)
    assert [line for line in open_to_all if "Ingress" in line] == []
    if environment in CLUSTERS:
        written = rules.broken([guards.secrets_are_not_written_down], both)
        # A name that etcd's members greet each other by, in the chart's own environment.
        assert [line for line in written if "ETCD_INITIAL_CLUSTER_TOKEN" not in line] == []


@pytest.mark.parametrize("environment", CLUSTERS)
def test_our_chart_s_guards_fit_the_labels_of_the_public_one(environment: str) -> None:
    """The same without the chart at hand: its pods' labels, as it has written them for years."""
    docs = helm.recommender(environment)
    for component in ("proxy", "mixcoord", "streamingnode", "datanode", "querynode"):
        labels = {
            "app.kubernetes.io/name": "milvus",
            "app.kubernetes.io/instance": "milvus",
            "component": component,
        }
        budgets = helm.of_kind(docs, "PodDisruptionBudget")
        assert sum(rules.selects(b["spec"]["selector"], labels) for b in budgets) == 1
        assert _ports_open_to_recommender(docs, labels) == (
            {19530} if component == "proxy" else set()
        )
    etcd = {"app.kubernetes.io/name": "etcd", "app.kubernetes.io/instance": "milvus"}
    assert _ports_open_to_recommender(docs, etcd) == set()


def _ports_open_to_recommender(docs: list[Document], labels: dict[str, str]) -> set[int]:
    """Return which of these pods' ports our own pods may reach."""
    ours = rules.labels_of(helm.of_kind(docs, "Job")[0])
    return {
        port["port"]
        for policy in helm.of_kind(docs, "NetworkPolicy")
        if rules.selects(policy["spec"]["podSelector"], labels)
        for rule in policy["spec"]["ingress"]
        for peer in rule["from"]
        if "podSelector" in peer and rules.selects(peer["podSelector"], ours)
        for port in rule["ports"]
    }
