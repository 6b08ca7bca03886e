"""What our own manifests must obey beyond being valid: least privilege, and pods that may move.

Rules of the same form as in ``rules.py``.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tests.charts.helm import Document, of_kind
from tests.charts.rules import (
    Rule,
    containers,
    controllers,
    job_of,
    label,
    labels_of,
    replicas_of,
    selects,
    template_of,
)

LOWEST_USER = 10_000  # below are users that a node may have too
SECRET_NAME = re.compile(r"PASSWORD|PASSWD|SECRET|TOKEN|CREDENTIAL|_KEY$|ACCESS_KEY")
SECRET_ARGUMENT = re.compile(r"^--(token|password|user)(=|$)|://[^/]*:[^/]*@")
SECRET_FIELD = re.compile(r"^(secret|access)_?key(id)?$|password|token$", re.IGNORECASE)
DIGEST = re.compile(r"[^:@]+(:\d+/[^:@]+)?:[\w.-]+@sha256:[0-9a-f]{64}")
LONGEST_STOP_S = 10  # what the recommender promises after SIGTERM


def every_object_has_its_namespace(docs: Sequence[Document]) -> Iterator[str]:
    yield from (f"{label(d)} has no namespace" for d in docs if not d["metadata"].get("namespace"))


def policies_hold_every_pod(docs: Sequence[Document]) -> Iterator[str]:
    """Find pods, those of Jobs too, that may talk to everybody or be talked to."""
    for doc in controllers(docs):
        held = {
            direction
            for policy in of_kind(docs, "NetworkPolicy")
            if selects(policy["spec"]["podSelector"], labels_of(doc))
            for direction in policy["spec"]["policyTypes"]
        }
        for direction in sorted({"Ingress", "Egress"} - held):
            yield f"{label(doc)}: nothing limits its {direction}"


def policies_name_whom_they_let_in(docs: Sequence[Document]) -> Iterator[str]:
    for policy in of_kind(docs, "NetworkPolicy"):
        for way, peers in (("ingress", "from"), ("egress", "to")):
            for rule in policy["spec"].get(way) or []:
                if not rule.get(peers) or any(not any(peer.values()) for peer in rule[peers]):
                    yield f"{label(policy)}: {way} for everybody"


def budgets_cover_what_runs_twice(docs: Sequence[Document]) -> Iterator[str]:
    budgets = of_kind(docs, "PodDisruptionBudget")
    for doc in of_kind(docs, "Deployment", "StatefulSet"):
        count = sum(selects(b["spec"]["selector"], labels_of(doc)) for b in budgets)
        if count != 1 and replicas_of(doc) > 1:
            yield f"{label(doc)} has {count} budgets"


def what_runs_twice_is_spread(docs: Sequence[Document]) -> Iterator[str]:
    for doc in controllers(docs):
        spec = template_of(doc)["spec"]
        away = (spec.get("affinity") or {}).get("podAntiAffinity")
        if replicas_of(doc) > 1 and not spec.get("topologySpreadConstraints") and not away:
            yield f"{label(doc)} may have all its pods on one machine"


def secrets_are_not_written_down(docs: Sequence[Document]) -> Iterator[str]:
    for doc in of_kind(docs, "Secret"):
        yield f"{label(doc)}: the release carries a secret"
    for doc in of_kind(docs, "ConfigMap"):
        for name, text in (doc.get("data") or {}).items():
            yield from (f"{label(doc)}/{name}: {key}" for key in _written_secrets(text))
    for doc in controllers(docs):
        for box in containers(doc):
            yield from (f"{label(doc)}: {word}" for word in _shown_secrets(box))


def _written_secrets(text: str) -> Iterator[str]:
    for key, value in re.findall(r"^\s*([\w.]+):[ \t]*(\S.*)$", text, re.MULTILINE):
        if SECRET_FIELD.search(key) and not value.startswith("#"):
            yield key


def _shown_secrets(box: Mapping[str, Any]) -> Iterator[str]:
    for entry in box.get("env") or []:
        if entry.get("value") and SECRET_NAME.search(entry["name"]):
            yield entry["name"]
    for word in [*(box.get("args") or []), *(box.get("command") or [])]:
        if SECRET_ARGUMENT.search(str(word)):
            yield str(word)


def secrets_are_files(docs: Sequence[Document]) -> Iterator[str]:
    """Find secrets in the environment, where every child process and crash report sees them."""
    for doc in controllers(docs):
        for box in containers(doc):
            sources = [e.get("valueFrom") or {} for e in box.get("env") or []]
            if any("secretKeyRef" in source for source in sources) or box.get("envFrom"):
                yield f"{label(doc)} has a secret in its environment"
            for mount in box.get("volumeMounts") or []:
                if mount["mountPath"] != "/tmp" and not mount.get("readOnly"):
                    yield f"{label(doc)} may write to {mount['mountPath']}"


def kubernetes_is_out_of_reach(docs: Sequence[Document]) -> Iterator[str]:
    for doc in controllers(docs):
        spec = template_of(doc)["spec"]
        if spec.get("automountServiceAccountToken") is not False:
            yield f"{label(doc)} carries a token of Kubernetes"
        if spec.get("enableServiceLinks") is not False:
            yield f"{label(doc)} gets every Service as environment"
        if spec.get("serviceAccountName", "default") == "default":
            yield f"{label(doc)} runs as the namespace's default account"


def pods_are_nobody(docs: Sequence[Document]) -> Iterator[str]:
    for doc in controllers(docs):
        pod = template_of(doc)["spec"].get("securityContext") or {}
        for box in containers(doc):
            own = box.get("securityContext") or {}
            user = own.get("runAsUser", pod.get("runAsUser", 0))
            if user < LOWEST_USER or not own.get("runAsNonRoot", pod.get("runAsNonRoot")):
                yield f"{label(doc)} runs as user {user}"
            if own.get("readOnlyRootFilesystem") is not True:
                yield f"{label(doc)} may change its own files"
            if (own.get("capabilities") or {}).get("drop") != ["ALL"]:
                yield f"{label(doc)} keeps capabilities"


def images_are_pinned(docs: Sequence[Document]) -> Iterator[str]:
    for doc in controllers(docs):
        for box in containers(doc):
            if not DIGEST.fullmatch(box["image"]):
                yield f"{label(doc)} runs whatever {box['image']} is on that day"


def pods_say_what_they_need(docs: Sequence[Document]) -> Iterator[str]:
    for doc in controllers(docs):
        for box in containers(doc):
            resources = box.get("resources") or {}
            for kind in ("requests", "limits"):
                if not {"cpu", "memory"} <= (resources.get(kind) or {}).keys():
                    yield f"{label(doc)} has no {kind}"


def services_are_watched(docs: Sequence[Document]) -> Iterator[str]:
    """Find pods that stay and aren't asked whether they live and are ready, or both the same."""
    for doc in of_kind(docs, "Deployment", "StatefulSet"):
        for box in containers(doc):
            paths = [(box.get(f"{k}Probe") or {}).get("httpGet") for k in ("liveness", "readiness")]
            if None in paths or paths[0] == paths[1]:
                yield f"{label(doc)} isn't asked for its life and its readiness"


def jobs_end(docs: Sequence[Document]) -> Iterator[str]:
    for doc in controllers(docs):
        job = job_of(doc)
        if job is None:
            continue
        if not job.get("activeDeadlineSeconds"):
            yield f"{label(doc)} may run for ever"
        if "backoffLimit" not in job and "backoffLimitPerIndex" not in job:
            yield f"{label(doc)} doesn't say how often it tries"


def passes_do_not_overlap(docs: Sequence[Document]) -> Iterator[str]:
    for doc in of_kind(docs, "CronJob"):
        if doc["spec"].get("concurrencyPolicy") != "Forbid":
            yield f"{label(doc)} may run twice at once"
        if not doc["spec"].get("startingDeadlineSeconds"):
            yield f"{label(doc)} gives up for good after 100 missed starts"
        if not doc["spec"].get("timeZone"):
            yield f"{label(doc)} runs by whatever clock the cluster has"


def stops_are_waited_for(docs: Sequence[Document]) -> Iterator[str]:
    for doc in controllers(docs):
        grace = template_of(doc)["spec"].get("terminationGracePeriodSeconds", 0)
        if grace <= LONGEST_STOP_S:
            yield f"{label(doc)} is killed {grace} s after it is asked to stop"


GUARDS: tuple[Rule, ...] = (
    every_object_has_its_namespace,
    policies_hold_every_pod,
    policies_name_whom_they_let_in,
    budgets_cover_what_runs_twice,
    what_runs_twice_is_spread,
    secrets_are_not_written_down,
    secrets_are_files,
    kubernetes_is_out_of_reach,
    pods_are_nobody,
    images_are_pinned,
    pods_say_what_they_need,
    services_are_watched,
    jobs_end,
    passes_do_not_overlap,
    stops_are_waited_for,
)
