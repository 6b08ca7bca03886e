"""What the charts' Jobs rely on: work that was stopped half-way never counts as done."""

from pathlib import Path
from typing import Any

import pytest

from cluster_sync.recommender.program import DONE, STOPPED, Program, Stop, Work
from core.errors import Cancelled
from tests.charts import helm, rules

WRONG_USAGE = 2


class Drained(Program):
    """A program that is asked to stop in the middle of its work."""

    def _do(self, *_: Any, **__: Any) -> dict[str, object]:
        self._stop.ask()
        raise Cancelled


def _drained(place: Path) -> Drained:
    return Drained(str(place / "cluster.db"), token="", ca_file=None, stop=Stop())


@pytest.mark.parametrize("command", ["pass", "lists", "migrate"])
def test_stopped_work_is_not_done(tmp_path: Path, command: str) -> None:
    assert _drained(tmp_path).run(Work(command)) == STOPPED != DONE


def test_a_loop_that_is_stopped_is_done(tmp_path: Path) -> None:
    assert _drained(tmp_path).run(Work("pass"), every_s=60.0) == DONE


def test_jobs_try_stopped_work_again_and_wrong_usage_not() -> None:
    for doc in rules.controllers(helm.recommender("fat", {"rebuild": {"enabled": True}})):
        listed, drained = rules.job_of(doc)["podFailurePolicy"]["rules"]
        assert listed["action"] == "FailJob"
        assert listed["onExitCodes"]["values"] == [WRONG_USAGE]
        assert drained["action"] == "Ignore"
        assert drained["onPodConditions"][0]["type"] == "DisruptionTarget"
