import time
from pathlib import Path

from core.library.store import Catalogue


def test_the_queue_keeps_its_order_and_takes_a_file_once(catalogue):
    a, b, c = (Path(f"/{name}.mp3") for name in "abc")
    catalogue.enqueue([c, a])
    catalogue.enqueue([a, b, c, b])
    assert catalogue.queued() == [c, a, b]
    catalogue.dequeue(a)
    catalogue.dequeue(a)
    assert catalogue.queued() == [c, b]
    catalogue.enqueue([a])
    assert catalogue.queued() == [c, b, a]


def test_queue_and_problems_survive_a_restart(tmp_path):
    catalogue = Catalogue(tmp_path)
    catalogue.enqueue([Path("/a.mp3"), Path("/b.mp3")])
    catalogue.note_problem(Path("/b.mp3"), "It is empty.")
    catalogue.close()
    catalogue = Catalogue(tmp_path)
    assert catalogue.queued() == [Path("/a.mp3")]
    assert [p.reason for p in catalogue.problems()] == ["It is empty."]
    catalogue.close()


def test_a_file_has_one_problem_the_latest(catalogue):
    before = time.time()
    catalogue.note_problem(Path("/a.mp3"), "first")
    catalogue.note_problem(Path("/b.mp3"), "other")
    catalogue.note_problem(Path("/a.mp3"), "second")
    assert {(p.path.name, p.reason) for p in catalogue.problems()} == {
        ("a.mp3", "second"),
        ("b.mp3", "other"),
    }
    assert all(before <= p.at <= time.time() for p in catalogue.problems())
    catalogue.clear_problem(Path("/a.mp3"))
    catalogue.clear_problem(Path("/never.mp3"))
    assert [p.path.name for p in catalogue.problems()] == ["b.mp3"]
