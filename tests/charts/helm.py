"""Charts rendered by Helm's own engine, in this process and without a cluster.

A document is a manifest as parsed YAML. helm-python-sdk's handles are changed by rendering (a
sub-chart that was off once stays off), so every call loads the chart anew.
"""

import copy
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import helm_python
import pytest
import yaml
from helm_python import _native

Document = dict[str, Any]
Values = dict[str, Any]

ROOT = Path(__file__).parent.parent.parent
RECOMMENDER = ROOT / "charts" / "recommender"
MILVUS = ROOT / "charts" / "milvus"
ENVIRONMENTS = ("dev", "fat", "prod")
KUBERNETES = "1.34"
NAMESPACE = "songkin"
# What an installation must say itself; the host is one that can't exist.
GIVEN: Values = {
    "image": {"repository": "registry.invalid/songkin-recommender", "digest": "sha256:" + "0a" * 32}
}
WARNING = 2


def values_of(path: Path) -> Values:
    """Return a values file as Helm reads it (anchors and merge keys resolved)."""
    return dict(helm_python.values_from_yaml(path.read_text("utf-8")))


def merged(*layers: Mapping[str, Any]) -> Values:
    """Lay values over values as several ``-f`` do: mappings merge, everything else is replaced."""
    result: Values = {}
    for layer in layers:
        for key, value in layer.items():
            both = isinstance(value, Mapping) and isinstance(result.get(key), Mapping)
            result[key] = merged(result[key], value) if both else copy.deepcopy(value)
    return result


def recommender_values(environment: str, *more: Mapping[str, Any]) -> Values:
    """Return what an installation of our chart there would pass, with ``more`` on top."""
    return merged(values_of(RECOMMENDER / f"values-{environment}.yaml"), GIVEN, *more)


def milvus_values(environment: str) -> Values:
    """Return our values for the public Milvus chart."""
    return values_of(MILVUS / f"values-{environment}.yaml")


def texts(chart: Path, values: Values, *, name: str, is_upgrade: bool = False) -> dict[str, str]:
    """Render a chart and return each file's text; raises helm_python's errors."""
    options = {
        "name": name,
        "namespace": NAMESPACE,
        "kube_version": f"v{KUBERNETES}.0",
        "is_upgrade": is_upgrade,
        "is_install": not is_upgrade,
    }
    with helm_python.Chart.load(chart) as loaded:
        # The public render() takes neither a Kubernetes version nor a namespace.
        answer = _native.call_string(
            "helm_render", loaded._raw(), json.dumps(values), json.dumps(options)
        )
    return {path: text for path, text in json.loads(answer).items() if text.strip()}


def documents(chart: Path, values: Values, *, name: str) -> list[Document]:
    """Render a chart and return its manifests."""
    rendered = texts(chart, values, name=name)
    return [d for path in sorted(rendered) for d in _parsed(path, rendered[path])]


def recommender(environment: str, *more: Mapping[str, Any]) -> list[Document]:
    """Render our chart for one environment."""
    return documents(RECOMMENDER, recommender_values(environment, *more), name="songkin")


def public_milvus() -> Path | None:
    """Return the public chart's folder where one is at hand (MILVUS_CHART_DIR)."""
    place = os.environ.get("MILVUS_CHART_DIR")
    return Path(place) if place else None


chart_needed = pytest.mark.skipif(
    public_milvus() is None, reason="MILVUS_CHART_DIR names no copy of the public chart"
)


def lint(chart: Path, values: Values) -> list[str]:
    """Return Helm's findings from a warning up."""
    report = helm_python.lint(
        str(chart), values, strict=True, kube_version=f"v{KUBERNETES}.0", namespace=NAMESPACE
    )
    return [m["error"] for m in report["messages"] if m["severity"] >= WARNING]


def of_kind(docs: Sequence[Document], *kinds: str) -> list[Document]:
    """Return the documents of these kinds."""
    return [d for d in docs if d["kind"] in kinds]


def _parsed(path: str, text: str) -> Iterator[Document]:
    if not path.endswith((".txt", ".tpl")):
        yield from (d for d in yaml.safe_load_all(text) if d)
