"""What a schema can't see in manifests: names, references, numbers that contradict each other.

Each rule takes the manifests of one release and gives what is wrong as short sentences. They hold
for any chart; what only ours must obey is in ``guards.py``.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from tests.charts.helm import Document, of_kind

Rule = Callable[[Sequence[Document]], Iterator[str]]

LABEL_NAME = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")
LABEL_VALUE = re.compile(r"([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?")
PORT_NAME = re.compile(r"(?=.*[a-z])[a-z0-9]([-a-z0-9]*[a-z0-9])?")
LONGEST_NAME, LONGEST_PORT_NAME = 63, 15
LONGEST_CRONJOB = 52  # its Jobs' names get 11 characters more
BYTES = {"": 1, "Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "Ti": 2**40}
REFERENCE = re.compile(r"\$\(([A-Za-z_][A-Za-z0-9_]*)\)")
CONTROLLERS = ("Deployment", "StatefulSet", "Job", "CronJob")
CRON_RANGES = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))


def label(doc: Document) -> str:
    return f"{doc['kind']}/{doc['metadata']['name']}"


def template_of(doc: Document) -> Document:
    """Return the pod template of a controller."""
    spec = doc["spec"]
    return (spec["jobTemplate"]["spec"] if doc["kind"] == "CronJob" else spec)["template"]


def job_of(doc: Document) -> Document | None:
    """Return the Job's spec of a Job or a CronJob."""
    if doc["kind"] == "CronJob":
        return doc["spec"]["jobTemplate"]["spec"]
    return doc["spec"] if doc["kind"] == "Job" else None


def controllers(docs: Sequence[Document]) -> list[Document]:
    return of_kind(docs, *CONTROLLERS)


def containers(doc: Document) -> list[Document]:
    spec = template_of(doc)["spec"]
    return [*(spec.get("initContainers") or []), *spec["containers"]]


def labels_of(doc: Document) -> Mapping[str, str]:
    return template_of(doc)["metadata"].get("labels") or {}


def replicas_of(doc: Document) -> int:
    """Return how many pods a controller runs at once."""
    if doc["kind"] in ("Deployment", "StatefulSet"):
        return doc["spec"].get("replicas", 1)
    return min(doc["spec"].get("parallelism", 1), doc["spec"].get("completions", 1))


def selects(selector: Mapping[str, Any] | None, labels: Mapping[str, str]) -> bool:
    """Say whether a label selector selects; an empty one selects everything."""
    asked = selector or {}
    wanted = asked.get("matchLabels") or {}
    if any(labels.get(key) != value for key, value in wanted.items()):
        return False
    return all(_expression(e, labels) for e in asked.get("matchExpressions") or [])


def _expression(expression: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    value, values = labels.get(expression["key"]), expression.get("values", [])
    return {
        "In": value in values,
        "NotIn": value not in values,
        "Exists": value is not None,
        "DoesNotExist": value is None,
    }[expression["operator"]]


def amount(text: str | int) -> float:
    """Return a quantity as a number; raises ValueError for one that means something else."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)(m|Ki|Mi|Gi|Ti)?", str(text))
    if not found:
        raise ValueError(str(text))
    number, unit = found.groups()
    return float(number) / 1000 if unit == "m" else float(number) * BYTES[unit or ""]


def selectors_find_pods(docs: Sequence[Document]) -> Iterator[str]:
    pods = [labels_of(doc) for doc in controllers(docs)]
    for doc in of_kind(docs, "Deployment", "StatefulSet"):
        if not selects(doc["spec"]["selector"], labels_of(doc)):
            yield f"{label(doc)} doesn't select its own pods"
    for doc in of_kind(docs, "Service"):
        selector = doc["spec"].get("selector")
        if selector and not any(selects({"matchLabels": selector}, pod) for pod in pods):
            yield f"{label(doc)} selects no pod"


def services_reach_ports(docs: Sequence[Document]) -> Iterator[str]:
    for service in of_kind(docs, "Service"):
        selector = {"matchLabels": service["spec"].get("selector") or {}}
        chosen = [c for c in controllers(docs) if selects(selector, labels_of(c))]
        names = {
            key
            for doc in chosen
            for box in containers(doc)
            for port in box.get("ports") or []
            for key in (port.get("name"), port["containerPort"])
        }
        for port in service["spec"]["ports"] if service["spec"].get("selector") else ():
            if port.get("targetPort", port["port"]) not in names:
                yield f"{label(service)} leads to a port that no pod has: {port}"


def names_are_valid(docs: Sequence[Document]) -> Iterator[str]:
    for doc in docs:
        name = doc["metadata"]["name"]
        longest = LONGEST_CRONJOB if doc["kind"] == "CronJob" else LONGEST_NAME
        if not LABEL_NAME.fullmatch(name) or len(name) > longest:
            yield f"{label(doc)} is no valid name"
    seen = Counter((d["kind"], d["metadata"].get("namespace"), d["metadata"]["name"]) for d in docs)
    yield from (f"{key} is there {count} times" for key, count in seen.items() if count > 1)


def labels_are_valid(docs: Sequence[Document]) -> Iterator[str]:
    for doc in docs:
        pod = labels_of(doc) if doc["kind"] in CONTROLLERS else {}
        for key, value in [*(doc["metadata"].get("labels") or {}).items(), *pod.items()]:
            if not isinstance(value, str) or not LABEL_VALUE.fullmatch(value):
                yield f"{label(doc)}: label {key} is {value!r}"
            elif len(value) > LONGEST_NAME:
                yield f"{label(doc)}: label {key} is too long"


def containers_are_distinct(docs: Sequence[Document]) -> Iterator[str]:
    for doc in controllers(docs):
        names = [box["name"] for box in containers(doc)]
        ports = [p for box in containers(doc) for p in box.get("ports") or []]
        if len(set(names)) < len(names):
            yield f"{label(doc)} has two containers of one name"
        if len({p["containerPort"] for p in ports}) < len(ports):
            yield f"{label(doc)} opens one port twice"
        for port in ports:
            name = port.get("name", "a")
            if not PORT_NAME.fullmatch(name) or len(name) > LONGEST_PORT_NAME:
                yield f"{label(doc)}: port name {name!r}"


def amounts_make_sense(docs: Sequence[Document]) -> Iterator[str]:
    for doc in controllers(docs):
        for box in containers(doc):
            resources = box.get("resources") or {}
            yield from (f"{label(doc)}: {problem}" for problem in _amounts(resources))


def _amounts(resources: Mapping[str, Any]) -> Iterator[str]:
    limits, requests = resources.get("limits") or {}, resources.get("requests") or {}
    for name, text in [*limits.items(), *requests.items()]:
        try:
            value = amount(text)
        except ValueError:
            yield f"{name}: {text!r} is no quantity"
            return
        if name != "cpu" and (value < 2**20 or str(text).endswith("m")):
            yield f"{name}: {text!r} is less than a mebibyte"
    for name in limits.keys() & requests.keys():
        if amount(requests[name]) > amount(limits[name]):
            yield f"{name}: asks for more than its limit"


def volumes_are_mounted(docs: Sequence[Document]) -> Iterator[str]:
    for doc in controllers(docs):
        spec = template_of(doc)["spec"]
        known = {v["name"] for v in spec.get("volumes") or []}
        known |= {c["metadata"]["name"] for c in doc["spec"].get("volumeClaimTemplates") or []}
        for box in containers(doc):
            mounts = box.get("volumeMounts") or []
            for mount in mounts:
                if mount["name"] not in known:
                    yield f"{label(doc)} mounts {mount['name']}, which isn't there"
            paths = [m["mountPath"] for m in mounts]
            if len(set(paths)) < len(paths):
                yield f"{label(doc)} mounts two things at one place"


def environment_is_sound(docs: Sequence[Document]) -> Iterator[str]:
    for doc in controllers(docs):
        for box in containers(doc):
            yield from (f"{label(doc)}: {problem}" for problem in _environment(box))


def _environment(box: Mapping[str, Any]) -> Iterator[str]:
    known: set[str] = set()
    for entry in box.get("env") or []:
        if ("value" in entry) == ("valueFrom" in entry):
            yield f"{entry['name']} has both a value and a source, or neither"
        if entry["name"] in known:
            yield f"{entry['name']} is set twice"
        for name in REFERENCE.findall(str(entry.get("value", ""))):
            if name not in known:
                yield f"{entry['name']} refers to {name}, which isn't set before it"
        known.add(entry["name"])
    for word in [*(box.get("args") or []), *(box.get("command") or [])]:
        for name in REFERENCE.findall(str(word)):
            if name not in known:
                yield f"an argument refers to {name}, which isn't set"


def probes_reach_ports(docs: Sequence[Document]) -> Iterator[str]:
    for doc in controllers(docs):
        for box in containers(doc):
            ports = box.get("ports") or []
            known = {p.get("name") for p in ports} | {p["containerPort"] for p in ports}
            for kind in ("startupProbe", "livenessProbe", "readinessProbe"):
                probe = box.get(kind) or {}
                port = (probe.get("httpGet") or probe.get("tcpSocket") or {}).get("port")
                if port is not None and port not in known:
                    yield f"{label(doc)}: {kind} asks port {port}, which isn't open"


def budgets_can_be_kept(docs: Sequence[Document]) -> Iterator[str]:
    for budget in of_kind(docs, "PodDisruptionBudget"):
        spec = budget["spec"]
        if ("minAvailable" in spec) == ("maxUnavailable" in spec):
            yield f"{label(budget)} needs exactly one of minAvailable and maxUnavailable"
        if not spec.get("maxUnavailable", 1):
            yield f"{label(budget)} lets no pod go, ever"
        for doc in of_kind(docs, "Deployment", "StatefulSet"):
            few = spec.get("minAvailable", 0) >= replicas_of(doc)
            if selects(spec["selector"], labels_of(doc)) and few:
                yield f"{label(budget)} lets no pod of {label(doc)} go: a drain would hang"


def schedules_can_be_read(docs: Sequence[Document]) -> Iterator[str]:
    for doc in of_kind(docs, "CronJob"):
        fields = str(doc["spec"]["schedule"]).split()
        if len(fields) != len(CRON_RANGES) or not all(map(_is_cron, fields, CRON_RANGES)):
            yield f"{label(doc)}: schedule {doc['spec']['schedule']!r}"


def _is_cron(field: str, limits: tuple[int, int]) -> bool:
    for part in field.split(","):
        found = re.fullmatch(r"(\*|\d+(?:-\d+)?)(?:/(\d+))?", part)
        if not found or found[2] == "0":
            return False
        numbers = [int(n) for n in re.findall(r"\d+", found[1])]
        if numbers != sorted(numbers) or not all(limits[0] <= n <= limits[1] for n in numbers):
            return False
    return True


def restarts_fit_the_kind(docs: Sequence[Document]) -> Iterator[str]:
    for doc in controllers(docs):
        policy = template_of(doc)["spec"].get("restartPolicy", "Always")
        if (policy == "Always") == (job_of(doc) is not None):
            yield f"{label(doc)}: restartPolicy {policy}"
        yield from (f"{label(doc)}: {problem}" for problem in _job(job_of(doc) or {}, policy))


def _job(job: Mapping[str, Any], policy: str) -> Iterator[str]:
    if "podFailurePolicy" in job and policy != "Never":
        yield "podFailurePolicy needs restartPolicy Never"
    if job.get("completionMode") == "Indexed" and "completions" not in job:
        yield "an indexed Job needs completions"
    if "maxFailedIndexes" in job and "backoffLimitPerIndex" not in job:
        yield "maxFailedIndexes needs backoffLimitPerIndex"
    if "backoffLimitPerIndex" in job and job.get("completionMode") != "Indexed":
        yield "backoffLimitPerIndex needs an indexed Job"


def spread_counts_its_own_pods(docs: Sequence[Document]) -> Iterator[str]:
    for doc in controllers(docs):
        for constraint in template_of(doc)["spec"].get("topologySpreadConstraints") or []:
            if not selects(constraint.get("labelSelector"), labels_of(doc)):
                yield f"{label(doc)} spreads over {constraint['topologyKey']} pods that aren't its"


def rollouts_can_finish(docs: Sequence[Document]) -> Iterator[str]:
    """Find pods that need a machine each and a rollout that brings one more before one goes."""
    for doc in of_kind(docs, "Deployment"):
        affinity = (template_of(doc)["spec"].get("affinity") or {}).get("podAntiAffinity") or {}
        alone = affinity.get("requiredDuringSchedulingIgnoredDuringExecution")
        rolling = (doc["spec"].get("strategy") or {}).get("rollingUpdate") or {}
        if alone and (rolling.get("maxSurge", "25%") != 0 or not rolling.get("maxUnavailable")):
            yield f"{label(doc)} needs a free machine to roll out"


RULES: tuple[Rule, ...] = (
    selectors_find_pods,
    services_reach_ports,
    names_are_valid,
    labels_are_valid,
    containers_are_distinct,
    amounts_make_sense,
    volumes_are_mounted,
    environment_is_sound,
    probes_reach_ports,
    budgets_can_be_kept,
    schedules_can_be_read,
    restarts_fit_the_kind,
    spread_counts_its_own_pods,
    rollouts_can_finish,
)


def broken(rules: Sequence[Rule], docs: Sequence[Document]) -> list[str]:
    """Return everything that these rules find."""
    return [f"{rule.__name__}: {problem}" for rule in rules for problem in rule(docs)]
