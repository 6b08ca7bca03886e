"""A small Kubernetes API on loopback: enough for Helm to install, upgrade, roll back and uninstall.

It keeps objects in memory, refuses what the strict schema refuses (422), and ends every Job at
once, well or badly. It proves in which order Helm acts and what it leaves alone, not how
Kubernetes behaves.
"""

import functools
import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import kubernetes_validate
import yaml

from tests.charts.helm import KUBERNETES, Document

# group/version -> plural -> kind
KINDS = {
    "v1": {
        "services": "Service",
        "serviceaccounts": "ServiceAccount",
        "configmaps": "ConfigMap",
        "persistentvolumeclaims": "PersistentVolumeClaim",
        "pods": "Pod",
        "secrets": "Secret",
    },
    "apps/v1": {"deployments": "Deployment", "statefulsets": "StatefulSet"},
    "batch/v1": {"jobs": "Job", "cronjobs": "CronJob"},
    "policy/v1": {"poddisruptionbudgets": "PodDisruptionBudget"},
    "networking.k8s.io/v1": {"networkpolicies": "NetworkPolicy"},
    "monitoring.coreos.com/v1": {
        "servicemonitors": "ServiceMonitor",
        "podmonitors": "PodMonitor",
        "prometheusrules": "PrometheusRule",
    },
}
# Kinds of the Prometheus operator: no schema of Kubernetes knows them.
WITHOUT_SCHEMA = KINDS["monitoring.coreos.com/v1"].values()
WATCH_S = 10
NOW = "2026-01-01T00:00:00Z"
PLACE = re.compile(
    r"/apis?/(?P<version>v1|[a-z0-9.]+/v1)/namespaces/(?P<namespace>[^/]+)/(?P<plural>[a-z]+)"
    r"(?:/(?P<name>[^/?]+))?$"
)


class Cluster:
    """The objects, what was done to them in order, and which Jobs fail."""

    def __init__(self) -> None:
        self.objects: dict[tuple[str, str, str], Document] = {}  # kind, namespace, name
        self.done: list[tuple[str, str, str]] = []  # verb, kind, name
        self.is_failing: Callable[[Document], bool] = lambda _job: False
        self.clock = 0
        self.lock = threading.Lock()
        self.closing = threading.Event()

    def names(self, kind: str) -> list[str]:
        return sorted(name for k, _, name in self.objects if k == kind)

    def put(self, verb: str, obj: Document) -> Document:
        """Store an object as Kubernetes would show it; raises ValueError for a bad one."""
        _check(json.dumps({k: v for k, v in obj.items() if k != "status"}, sort_keys=True))
        meta = obj["metadata"]
        key = (obj["kind"], meta["namespace"], meta["name"])
        old = self.objects.get(key, obj)
        if obj["kind"] == "Job" and _pods(old) != _pods(obj):
            raise ValueError("spec.template: field is immutable")
        with self.lock:
            self.clock += 1
            kept = {"uid": f"uid-{self.clock}", "creationTimestamp": NOW} | {
                k: v for k, v in old["metadata"].items() if k in ("uid", "creationTimestamp")
            }
            meta |= kept | {"resourceVersion": str(self.clock)}
            if obj["kind"] == "Job":
                obj["status"] = _ended(failed=self.is_failing(obj))
            self.objects[key] = obj
            self.done.append((verb, obj["kind"], meta["name"]))
        return obj

    def drop(self, key: tuple[str, str, str]) -> Document | None:
        with self.lock:
            gone = self.objects.pop(key, None)
            if gone:
                self.done.append(("delete", key[0], key[2]))
        return gone


@functools.cache  # the same manifests come again and again, and a check takes 40 ms
def _check(text: str) -> None:
    obj = json.loads(text)
    if obj["kind"] in WITHOUT_SCHEMA:
        return
    try:
        kubernetes_validate.validate(obj, KUBERNETES, strict=True)
    except kubernetes_validate.ValidationError as error:
        raise ValueError(str(error)) from error


def _pods(job: Document) -> object:
    """Return what of a Job can't be changed."""
    return {k: v for k, v in job["spec"].items() if k in ("template", "completions", "selector")}


def _ended(*, failed: bool) -> Document:
    condition = {"type": "Failed" if failed else "Complete", "status": "True"}
    if failed:
        condition |= {"reason": "BackoffLimitExceeded", "message": "the Job was told to fail"}
    counts = {"failed": 1} if failed else {"succeeded": 1}
    return {"conditions": [condition], "startTime": NOW, **counts}


def _merge(old: Any, new: Any) -> Any:
    """Apply a JSON merge patch (RFC 7396)."""
    if not isinstance(new, dict) or not isinstance(old, dict):
        return new
    kept = {key: value for key, value in old.items() if key not in new}
    return kept | {k: _merge(old.get(k), v) for k, v in new.items() if v is not None}


def _status(code: int, reason: str, message: str = "") -> tuple[int, Document]:
    body = {"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": code}
    return code, body | {"reason": reason, "message": message or reason}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # an answer in one piece: in two, each waits 40 ms for an acknowledgement
    cluster: Cluster

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        discovered = _discovery(url.path)
        if discovered is not None:
            return self._answer(200, discovered)
        place = PLACE.match(url.path)
        if not place:
            return self._answer(*_status(404, "NotFound", url.path))
        query = parse_qs(url.query)
        if place["name"]:
            found = self.cluster.objects.get(self._key(place))
            return self._answer(*((200, found) if found else _status(404, "NotFound")))
        if query.get("watch"):
            return self._watch(place, query)
        return self._answer(200, self._list(place, query))

    def do_POST(self) -> None:
        place, obj = PLACE.match(urlsplit(self.path).path), self._body()
        obj["metadata"].setdefault("namespace", place["namespace"])
        if (obj["kind"], place["namespace"], obj["metadata"]["name"]) in self.cluster.objects:
            return self._answer(*_status(409, "AlreadyExists"))
        return self._store("create", obj, code=201)

    def do_PATCH(self) -> None:
        place, patch = PLACE.match(urlsplit(self.path).path), self._body()
        old = self.cluster.objects.get(self._key(place))
        if "apply-patch" in self.headers["Content-Type"]:
            patch["metadata"].setdefault("namespace", place["namespace"])
            return self._store("update" if old else "create", patch, code=200 if old else 201)
        if old is None:
            return self._answer(*_status(404, "NotFound"))
        return self._store("update", _merge(old, patch), code=200)

    def do_DELETE(self) -> None:
        gone = self.cluster.drop(self._key(PLACE.match(urlsplit(self.path).path)))
        self._body()
        self._answer(*((200, gone) if gone else _status(404, "NotFound")))

    def _store(self, verb: str, obj: Document, *, code: int) -> None:
        try:
            self._answer(code, self.cluster.put(verb, obj))
        except ValueError as error:
            self._answer(*_status(422, "Invalid", str(error)))

    def _key(self, place: re.Match[str]) -> tuple[str, str, str]:
        return (KINDS[place["version"]][place["plural"]], place["namespace"], place["name"])

    def _list(self, place: re.Match[str], query: dict[str, list[str]]) -> Document:
        kind = KINDS[place["version"]][place["plural"]]
        wanted = query.get("fieldSelector", [""])[0].removeprefix("metadata.name=")
        items = [
            obj
            for (k, namespace, name), obj in self.cluster.objects.items()
            if k == kind and namespace == place["namespace"] and wanted in ("", name)
        ]
        meta = {"resourceVersion": str(self.cluster.clock)}
        return {
            "kind": f"{kind}List",
            "apiVersion": place["version"],
            "metadata": meta,
            "items": items,
        }

    def _watch(self, place: re.Match[str], query: dict[str, list[str]]) -> None:
        """Tell what is there and that this is all, then nothing: Jobs have ended by then."""
        kind = KINDS[place["version"]][place["plural"]]
        found = self._list(place, query)
        marks = {"annotations": {"k8s.io/initial-events-end": "true"}, **found["metadata"]}
        end = {"kind": kind, "apiVersion": place["version"], "metadata": marks}
        events = [{"type": "ADDED", "object": item} for item in found["items"]]
        if query.get("sendInitialEvents"):
            events.append({"type": "BOOKMARK", "object": end})
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write("".join(json.dumps(event) + "\n" for event in events).encode())
        self.wfile.flush()
        # Helm takes a watch that ends at once for a fault, and waits a second.
        self.cluster.closing.wait(WATCH_S)
        self.close_connection = True

    def _body(self) -> Any:
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        return yaml.safe_load(raw) if raw else None  # JSON is YAML

    def _answer(self, code: int, body: Any) -> None:
        self._send(code, json.dumps(body).encode())

    def _send(self, code: int, body: bytes) -> None:
        self.send_response(code)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _discovery(path: str) -> Document | None:
    """Answer what the API is made of; None for a path that names objects."""
    groups = sorted({version.split("/")[0] for version in KINDS if "/" in version})
    answers: dict[str, Document] = {
        "/version": {"major": "1", "minor": KUBERNETES[2:], "gitVersion": f"v{KUBERNETES}.0"},
        "/api": {"kind": "APIVersions", "versions": ["v1"]},
        "/apis": {"kind": "APIGroupList", "apiVersion": "v1", "groups": list(map(_group, groups))},
        "/openapi/v3": {
            "paths": {_root(v)[1:]: {"serverRelativeURL": f"/openapi/v3{_root(v)}"} for v in KINDS}
        },
    }
    for version, kinds in KINDS.items():
        resources = [
            {"name": plural, "singularName": kind.lower(), "namespaced": True, "kind": kind}
            | {"verbs": ["create", "delete", "get", "list", "patch", "update", "watch"]}
            for plural, kind in kinds.items()
        ]
        answers[_root(version)] = {
            "kind": "APIResourceList",
            "groupVersion": version,
            "resources": resources,
        }
        answers[f"/openapi/v3{_root(version)}"] = _openapi(version)
    return answers.get(path)


def _openapi(version: str) -> Document:
    """Say that this API checks fields itself, so that Helm leaves the schema to it."""
    group, _, number = version.rpartition("/")
    parameter = {"name": "fieldValidation", "in": "query", "schema": {"type": "string"}}
    paths = {
        f"{_root(version)}/namespaces/{{namespace}}/{plural}/{{name}}": {
            "patch": {
                "parameters": [parameter],
                "responses": {},
                "x-kubernetes-group-version-kind": {
                    "group": group,
                    "version": number,
                    "kind": kind,
                },
            }
        }
        for plural, kind in KINDS[version].items()
    }
    about = {"title": "small", "version": "1"}
    return {"openapi": "3.0.0", "info": about, "paths": paths}


def _root(version: str) -> str:
    return f"/apis/{version}" if "/" in version else f"/api/{version}"


def _group(name: str) -> Document:
    version = {"groupVersion": f"{name}/v1", "version": "v1"}
    return {"name": name, "versions": [version], "preferredVersion": version}


@contextmanager
def serving() -> Iterator[tuple[Cluster, str]]:
    """Serve an empty cluster while in use; gives it and a kubeconfig for it."""
    cluster = Cluster()
    handler = type("Handler", (_Handler,), {"cluster": cluster})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    work = functools.partial(server.serve_forever, poll_interval=0.05)
    thread = threading.Thread(target=work, name="songkin-api", daemon=True)
    thread.start()
    try:
        yield cluster, _kubeconfig(server.server_address[1])
    finally:
        cluster.closing.set()
        server.shutdown()
        server.server_close()
        thread.join()


def _kubeconfig(port: int) -> str:
    return yaml.safe_dump(
        {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": "small",
            "clusters": [{"name": "small", "cluster": {"server": f"http://127.0.0.1:{port}"}}],
            "contexts": [{"name": "small", "context": {"cluster": "small", "user": "nobody"}}],
            "users": [{"name": "nobody", "user": {}}],
        }
    )
