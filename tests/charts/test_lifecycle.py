"""Install, upgrade, a failing migration, rollback, uninstall: Helm against a small real API."""

from collections.abc import Iterator
from typing import Any

import helm_python
import pytest

from tests.charts import helm
from tests.charts.api_server import Cluster, serving
from tests.charts.helm import Document

NAME = "songkin"
PASS = "songkin-recommender-pass"
OTHER_IMAGE = {"image": {"digest": "sha256:" + "1b" * 32}}
TIMEOUT_S = 60


class Release:
    """One release of our chart in one small cluster."""

    def __init__(self, cluster: Cluster, config: helm_python.Config) -> None:
        self.cluster, self.config = cluster, config

    def install(self, environment: str, *more: dict[str, Any]) -> None:
        values = helm.recommender_values(environment, *more)
        self.config.install(str(helm.RECOMMENDER), NAME, values, wait="hookOnly", timeout=TIMEOUT_S)

    def upgrade(self, environment: str, *more: dict[str, Any]) -> list[tuple[str, str, str]]:
        """Upgrade, and return what was done to the cluster, in order."""
        self.cluster.done.clear()
        values = helm.recommender_values(environment, *more)
        self.config.upgrade(str(helm.RECOMMENDER), NAME, values, wait="hookOnly", timeout=TIMEOUT_S)
        return list(self.cluster.done)

    def revisions(self) -> list[tuple[int, str]]:
        return [(item["revision"], item["status"]) for item in self.config.history(NAME)]

    def image(self) -> str:
        (job,) = [o for (k, _, n), o in self.cluster.objects.items() if (k, n) == ("CronJob", PASS)]
        return job["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"][0]["image"]


@pytest.fixture
def release() -> Iterator[Release]:
    with (
        serving() as (cluster, kubeconfig),
        helm_python.Config(
            kubeconfig_content=kubeconfig, namespace=helm.NAMESPACE, storage_driver="memory"
        ) as config,
    ):
        yield Release(cluster, config)


def _is_migration(step: tuple[str, str, str]) -> bool:
    return step[1] == "Job" and "-migrate-" in step[2]


def test_an_install_migrates_when_everything_is_there(release: Release) -> None:
    release.install("fat")
    steps = [step for step in release.cluster.done if step[0] == "create"]
    assert _is_migration(steps[-1])
    assert not any(map(_is_migration, steps[:-1]))
    assert release.cluster.names("CronJob") == [PASS]
    assert release.cluster.names("Job") == []  # done, and gone


def test_an_upgrade_migrates_before_anything_changes(release: Release) -> None:
    release.install("fat")
    steps = release.upgrade("fat", OTHER_IMAGE)
    assert _is_migration(steps[0])
    assert ("update", "CronJob", PASS) in steps
    assert "1b1b" in release.image()


def test_a_failing_migration_leaves_everything_as_it_was(release: Release) -> None:
    release.install("fat")
    before = release.image()
    release.cluster.is_failing = lambda job: "-migrate-" in job["metadata"]["name"]
    with pytest.raises(helm_python.HelmReleaseError):
        release.upgrade("fat", OTHER_IMAGE)
    touched = [s for s in release.cluster.done if not _is_migration(s)]
    assert touched == []
    assert release.image() == before
    # The Job stays, so that somebody can read why.
    assert release.cluster.names("Job") == ["songkin-recommender-migrate-2"]

    release.cluster.is_failing = lambda _job: False
    release.upgrade("fat", OTHER_IMAGE)
    assert release.image() != before
    assert release.revisions()[-2:] == [(2, "failed"), (3, "deployed")]


def test_a_rollback_migrates_with_the_old_image_first(release: Release) -> None:
    release.install("fat")
    before = release.image()
    release.upgrade("fat", OTHER_IMAGE)
    release.cluster.done.clear()
    made: list[str] = []

    def note(job: Document) -> bool:
        made.append(job["spec"]["template"]["spec"]["containers"][0]["image"])
        return False

    release.cluster.is_failing = note
    release.config.rollback(NAME, version=1, wait="hookOnly", timeout=TIMEOUT_S)
    assert release.image() == before
    assert made == [before]
    assert _is_migration(release.cluster.done[0])


def test_a_rebuild_is_made_once_and_again_only_for_another_image(release: Release) -> None:
    """The small API refuses to change a Job's pods, as Kubernetes does."""
    release.install("fat")
    on = {"rebuild": {"enabled": True}}
    release.upgrade("fat", on)
    (first,) = release.cluster.names("Job")
    same = release.upgrade("fat", on, {"logFormat": "json"})
    assert ("create", "Job", first) not in same
    release.upgrade("fat", on, OTHER_IMAGE)
    (second,) = release.cluster.names("Job")
    assert second != first
    release.upgrade("fat")
    assert release.cluster.names("Job") == []


def test_from_cronjob_to_deployment_and_back(release: Release) -> None:
    release.install("fat")
    release.upgrade("fat", {"pass": {"mode": "deployment", "replicas": 2}})
    assert release.cluster.names("CronJob") == []
    assert release.cluster.names("Deployment") == [PASS]
    assert PASS in release.cluster.names("PodDisruptionBudget")
    release.upgrade("fat")
    assert release.cluster.names("Deployment") == []
    assert PASS not in release.cluster.names("PodDisruptionBudget")


@pytest.mark.parametrize("environment", helm.ENVIRONMENTS)
def test_an_uninstall_leaves_nothing(release: Release, environment: str) -> None:
    release.install(environment, {"rebuild": {"enabled": True}})
    assert len(release.cluster.objects) > 5
    release.config.uninstall(NAME, timeout=TIMEOUT_S)
    assert release.cluster.objects == {}


@helm.chart_needed
@pytest.mark.parametrize("environment", helm.ENVIRONMENTS)
def test_milvus_and_the_recommender_share_a_namespace(release: Release, environment: str) -> None:
    """Both releases together: nothing of one is taken for the other's, and each goes alone."""
    chart, values = str(helm.public_milvus()), helm.milvus_values(environment)
    release.config.install(chart, "milvus", values, wait="hookOnly", timeout=TIMEOUT_S)
    alone = set(release.cluster.objects)
    release.install(environment)
    assert alone < set(release.cluster.objects)
    release.config.uninstall(NAME, timeout=TIMEOUT_S)
    assert set(release.cluster.objects) == alone


def test_the_small_api_refuses_what_kubernetes_refuses(release: Release) -> None:
    """The lifecycle is only as good as its judge: a wrong type must not get past it."""
    bad = {"kind": "Service", "apiVersion": "v1", "spec": {"ports": "none"}}
    with pytest.raises(ValueError, match="ports"):
        release.cluster.put("create", bad | {"metadata": {"name": "a", "namespace": "b"}})
