"""Each rule finds what it is for: good manifests pass, one change breaks one rule."""

import copy
from collections.abc import Sequence
from typing import Any

import pytest

from tests.charts import guards, helm, rules
from tests.charts.helm import Document
from tests.charts.rules import Rule

BOX = "spec.template.spec.containers.0"
LABELS = "spec.template.metadata.labels"
GONE = object()
TWICE = [{"name": "tmp", "mountPath": "/tmp"}, {"name": "tmp", "mountPath": "/tmp"}]
ALONE = {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [{}]}}

# What breaks which rule: the object (its kind and the end of its name), the place, the new value.
BAD: list[tuple[Rule, str, str, Any]] = [
    (rules.selectors_find_pods, "Deployment/pass", f"{LABELS}.app\\.kubernetes\\.io/name", "other"),
    (rules.selectors_find_pods, "Service/metrics", "spec.selector.app", "nothing"),
    (rules.services_reach_ports, "Service/metrics", "spec.ports.0.targetPort", "metric"),
    (rules.names_are_valid, "Deployment/pass", "metadata.name", "Pass"),
    (rules.names_are_valid, "CronJob/nightly", "metadata.name", "n" * 53),
    (rules.labels_are_valid, "Deployment/pass", f"{LABELS}.release", True),
    (rules.labels_are_valid, "Deployment/pass", f"{LABELS}.release", "with a space"),
    (rules.containers_are_distinct, "Deployment/pass", f"{BOX}.ports.0.name", "metrics-of-a-pass"),
    (rules.containers_are_distinct, "Deployment/pass", f"{BOX}.ports.0.name", "METRICS"),
    (rules.amounts_make_sense, "Deployment/pass", f"{BOX}.resources.limits.memory", "4Gb"),
    (rules.amounts_make_sense, "Deployment/pass", f"{BOX}.resources.limits.memory", "4096m"),
    (rules.amounts_make_sense, "Deployment/pass", f"{BOX}.resources.limits.memory", "512"),
    (rules.amounts_make_sense, "Deployment/pass", f"{BOX}.resources.requests.memory", "64Gi"),
    (rules.volumes_are_mounted, "Deployment/pass", f"{BOX}.volumeMounts.0.name", "temp"),
    (rules.volumes_are_mounted, "Deployment/pass", f"{BOX}.volumeMounts", TWICE),
    (rules.environment_is_sound, "Deployment/pass", f"{BOX}.env.0.value", "2"),
    (rules.environment_is_sound, "Job/rebuild", f"{BOX}.env.2.name", "INDEX"),
    (rules.environment_is_sound, "Job/rebuild", f"{BOX}.env.2.name", "SONGKIN_SHARD"),
    (rules.environment_is_sound, "Job/rebuild", f"{BOX}.args.0", "$(NO_SUCH)"),
    (rules.probes_reach_ports, "Deployment/pass", f"{BOX}.livenessProbe.httpGet.port", "http"),
    (rules.budgets_can_be_kept, "PodDisruptionBudget/pass", "spec.minAvailable", 1),
    (rules.budgets_can_be_kept, "PodDisruptionBudget/pass", "spec.maxUnavailable", 0),
    (rules.budgets_can_be_kept, "PodDisruptionBudget/kept", "spec.minAvailable", 2),
    (rules.schedules_can_be_read, "CronJob/nightly", "spec.schedule", "61 3 * * *"),
    (rules.schedules_can_be_read, "CronJob/nightly", "spec.schedule", "0 3 * *"),
    (rules.schedules_can_be_read, "CronJob/nightly", "spec.schedule", "*/0 3 * * *"),
    (rules.schedules_can_be_read, "CronJob/nightly", "spec.schedule", "0 3 * * 5-2"),
    (rules.restarts_fit_the_kind, "Job/rebuild", "spec.template.spec.restartPolicy", "Always"),
    (rules.restarts_fit_the_kind, "Job/rebuild", "spec.template.spec.restartPolicy", "OnFailure"),
    (rules.restarts_fit_the_kind, "Job/rebuild", "spec.completionMode", "NonIndexed"),
    (rules.restarts_fit_the_kind, "Job/rebuild", "spec.completions", GONE),
    (rules.restarts_fit_the_kind, "Job/rebuild", "spec.backoffLimitPerIndex", GONE),
    (
        rules.spread_counts_its_own_pods,
        "Deployment/pass",
        "spec.template.spec.topologySpreadConstraints.0.labelSelector.matchLabels.app",
        "other",
    ),
    (rules.rollouts_can_finish, "Deployment/pass", "spec.template.spec.affinity", ALONE),
    (guards.every_object_has_its_namespace, "Service/metrics", "metadata.namespace", GONE),
    (
        guards.policies_hold_every_pod,
        "NetworkPolicy/songkin-recommender",
        "spec.podSelector.matchLabels.app\\.kubernetes\\.io/component",
        "pass",  # the Jobs' pods are outside
    ),
    (
        guards.policies_hold_every_pod,
        "NetworkPolicy/songkin-recommender",
        "spec.policyTypes",
        ["Ingress"],
    ),
    (
        guards.policies_name_whom_they_let_in,
        "NetworkPolicy/songkin-recommender",
        "spec.egress.1.to",
        GONE,
    ),
    (
        guards.policies_name_whom_they_let_in,
        "NetworkPolicy/songkin-recommender",
        "spec.ingress.0.from",
        [{"namespaceSelector": {}}],
    ),
    (
        guards.budgets_cover_what_runs_twice,
        "PodDisruptionBudget/pass",
        "spec.selector.matchLabels.app",
        "other",
    ),
    (
        guards.what_runs_twice_is_spread,
        "Deployment/pass",
        "spec.template.spec.topologySpreadConstraints",
        GONE,
    ),
    (
        guards.secrets_are_not_written_down,
        "Deployment/pass",
        f"{BOX}.env.2",
        {"name": "MILVUS_TOKEN", "value": "recommender:secret"},
    ),
    (guards.secrets_are_not_written_down, "Deployment/pass", f"{BOX}.args.0", "--token=a:b"),
    (
        guards.secrets_are_not_written_down,
        "Deployment/pass",
        f"{BOX}.args.4",
        "https://recommender:secret@milvus:19530",
    ),
    (guards.secrets_are_not_written_down, "ConfigMap/kept", "data", {"a": "secretKey: abc"}),
    (
        guards.secrets_are_files,
        "Deployment/pass",
        f"{BOX}.env.0.valueFrom",
        {"secretKeyRef": {"name": "a", "key": "b"}},
    ),
    (guards.secrets_are_files, "Deployment/pass", f"{BOX}.volumeMounts.1.readOnly", False),
    (
        guards.kubernetes_is_out_of_reach,
        "Deployment/pass",
        "spec.template.spec.enableServiceLinks",
        GONE,
    ),
    (
        guards.kubernetes_is_out_of_reach,
        "Job/rebuild",
        "spec.template.spec.automountServiceAccountToken",
        True,
    ),
    (
        guards.kubernetes_is_out_of_reach,
        "Job/rebuild",
        "spec.template.spec.serviceAccountName",
        "default",
    ),
    (guards.pods_are_nobody, "Job/rebuild", f"{BOX}.securityContext.runAsUser", 1000),
    (guards.pods_are_nobody, "Job/rebuild", f"{BOX}.securityContext.readOnlyRootFilesystem", False),
    (guards.pods_are_nobody, "Job/rebuild", f"{BOX}.securityContext.capabilities", GONE),
    (guards.images_are_pinned, "Job/rebuild", f"{BOX}.image", "registry.invalid:5000/a:1.0"),
    (guards.pods_say_what_they_need, "Job/rebuild", f"{BOX}.resources.limits.memory", GONE),
    (guards.services_are_watched, "Deployment/pass", f"{BOX}.readinessProbe", GONE),
    (
        guards.services_are_watched,
        "Deployment/pass",
        f"{BOX}.livenessProbe.httpGet.path",
        "/readyz",
    ),
    (guards.jobs_end, "Job/rebuild", "spec.activeDeadlineSeconds", GONE),
    (guards.jobs_end, "CronJob/nightly", "spec.jobTemplate.spec.backoffLimit", GONE),
    (guards.passes_do_not_overlap, "CronJob/nightly", "spec.concurrencyPolicy", "Allow"),
    (guards.passes_do_not_overlap, "CronJob/nightly", "spec.startingDeadlineSeconds", GONE),
    (guards.passes_do_not_overlap, "CronJob/nightly", "spec.timeZone", GONE),
    (
        guards.stops_are_waited_for,
        "Job/rebuild",
        "spec.template.spec.terminationGracePeriodSeconds",
        5,
    ),
]


@pytest.fixture(scope="module")
def good() -> list[Document]:
    """Our chart with everything on, and both ways to pass beside each other."""
    docs = helm.recommender("prod", {"rebuild": {"enabled": True}})
    (nightly,) = helm.of_kind(helm.recommender("fat"), "CronJob")
    nightly["metadata"]["name"] = "nightly"
    kept = {"kind": "ConfigMap", "metadata": {"name": "kept", "namespace": helm.NAMESPACE}}
    (budget,) = [d for d in docs if d["metadata"]["name"].endswith("recommender-pass")][:1]
    other = copy.deepcopy(budget) | {"metadata": {**budget["metadata"], "name": "kept"}}
    other["spec"] = {"minAvailable": 1, "selector": {"matchLabels": {"app": "none"}}}
    return [*docs, nightly, kept, other]


def test_good_manifests_break_no_rule(good: list[Document]) -> None:
    assert rules.broken(rules.RULES, good) == []
    assert rules.broken(guards.GUARDS, good) == []


@pytest.mark.parametrize(
    ("rule", "which", "place", "value"),
    BAD,
    ids=[f"{i}-{rule.__name__}" for i, (rule, *_) in enumerate(BAD)],
)
def test_a_bad_manifest_breaks_its_rule(
    rule: Rule, which: str, place: str, value: object, good: list[Document]
) -> None:
    docs = copy.deepcopy(good)
    doc = _find(docs, which)
    if place == "spec.minAvailable" and which.endswith("kept"):
        doc["spec"]["selector"] = _find(docs, "Deployment/pass")["spec"]["selector"]
    _set(doc, place, value)
    assert list(rule(docs)) != []


def test_every_rule_is_proved_able_to_find_something() -> None:
    assert {rule for rule, *_ in BAD} == {*rules.RULES, *guards.GUARDS}


def _find(docs: Sequence[Document], which: str) -> Document:
    kind, _, end = which.partition("/")
    found = [d for d in docs if d["kind"] == kind and end in d["metadata"]["name"]]
    return min(found, key=lambda doc: len(doc["metadata"]["name"]))


def _set(doc: Document, place: str, value: object) -> None:
    keys = [key.replace("\0", ".") for key in place.replace("\\.", "\0").split(".")]
    target: Any = doc
    for key in keys[:-1]:
        target = target[int(key)] if isinstance(target, list) else target[key]
    last: Any = int(keys[-1]) if isinstance(target, list) else keys[-1]
    if value is GONE:
        del target[last]
    elif isinstance(target, list):
        target[last : last + 1] = [value]
    else:
        target[last] = value
