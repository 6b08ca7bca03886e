"""The page of faults says what pytest reported, and nothing better."""

from pathlib import Path

from benchmarks.faults import page

REPORT = """<testsuites><testsuite>
<testcase classname="tests.faults.test_sync_killed" name="test_both_sides" time="61.2"/>
<testcase classname="tests.faults.test_bad_network" name="test_both[slow]" time="3.0">
<failure message="no"/></testcase>
<testcase classname="tests.faults.test_other" name="test_more" time="1.0"><skipped/></testcase>
</testsuite></testsuites>"""


def test_a_page(tmp_path: Path) -> None:
    (tmp_path / "report.xml").write_text(REPORT)
    text = page(tmp_path / "report.xml", {"test_sync_killed": 50, "test_bad_network": 20})
    assert "One point in" not in text
    assert "| a sync is killed (SIGKILL) at a random point | 50 | yes | 61 |" in text
    assert "| the network is slow | 20 | **no** | 3 |" in text
    assert "| `test_other::test_more` | 1 | **no** | 1 |" in text


def test_a_part_is_called_a_part(tmp_path: Path) -> None:
    (tmp_path / "report.xml").write_text(REPORT)
    text = page(tmp_path / "report.xml", {"test_sync_killed": 12}, one_in=4)
    assert "One point in 4 was tried of the full counts." in text
    assert "| a sync is killed (SIGKILL) at a random point | 12 |" in text
