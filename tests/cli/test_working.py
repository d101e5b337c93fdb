"""``comity work``: what is shown, in words and as JSON; another try, the end of a job, and names that are none."""

from pathlib import Path

from comity.app.background import worker
from comity.app.node import Node, open_node
from comity.app.settings import read_settings
from tests.cli.conftest import Command


def opened(path: Path) -> Node:
    return open_node(read_settings({}, data=str(path)))


def test_before_any_worker_was_there(node: Path, command: Command) -> None:
    ran = command("work")
    assert ran.code == 0
    assert "Nobody works for this node." in ran.out
    assert "comity serve" in ran.err
    assert command("work", "--json").json == {"worker": None, "followers": [], "jobs": [], "clocks": []}


def test_what_the_worker_does_is_shown(node: Path, command: Command) -> None:
    with opened(node) as one:
        worker(one).drain()
        one.store.jobs.failed(one.store.jobs.add("upkeep", "node", 5), "The disk is full.", None)
    told = command("work", "--json").json
    assert {"clocks", "index_text", "intake", "jobs", "settle"} <= {each["name"] for each in told["followers"]}
    assert all(each["errors"] == 0 and not each["stopped"] for each in told["followers"])
    assert [(each["name"], each["kind"]) for each in told["clocks"] if each["kind"] == "upkeep"] == [
        ("clock:3", "upkeep")
    ]
    assert [(each["state"], each["reason"]) for each in told["jobs"]] == [("failed", "The disk is full.")]
    shown = command("work").out
    assert "failed: upkeep node" in shown
    assert "The disk is full." in shown


def test_retry_and_cancel(node: Path, command: Command) -> None:
    with opened(node) as one:
        worker(one).drain()
        job = one.store.jobs.add("upkeep", "node", 5)
        one.store.jobs.failed(job, "The disk is full.", None)
    name = f"job:{job.id}"
    clock = command("work", "--json").json["clocks"][0]["name"]
    assert command("work", "retry", name).out == f"{name} tries again.\n"
    assert command("work", "retry", "settle", "--json").json == {"name": "settle", "done": "tries again"}
    assert command("work", "retry", clock).code == 0
    assert command("work", "cancel", name).code == 0
    with opened(node) as one:
        assert one.store.jobs.get(job.id).state == "cancelled"
        assert one.store.followings.asked() == {"settle"}


def test_what_is_not_there(node: Path, command: Command) -> None:
    for name, code in (
        ("nobody", 1),
        ("job:77", 1),
        ("clock:77", 1),
        ("job:x", 2),
        ("moon:1", 2),
        (f"job:{10**12}", 2),
    ):
        assert command("work", "retry", name).code == code, name
    assert command("work", "cancel", "settle").code == 2
    assert command("work", "cancel", "job:77").code == 1
