"""/operations over HTTP: who sees it, what it says of failures, and what its buttons do."""

import html
import re
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from comity.kernel.directory.roles import Role
from comity.kernel.objects.ids import sco_id
from comity.kernel.store.progress import Following, Job, Progress, State
from tests.desks.cast import SECOND, START, Node, form_token_in

Browser = TestClient[Litestar]


def browser_of(node: Node, *roles: Role) -> Browser:
    """Somebody with these roles, signed in."""
    account = node.directory.accounts.add(f"{'-'.join(roles)} person", roles)
    browser = node.browser()
    path = f"/sign-in/{node.directory.accounts.invite(account).secret}"
    browser.post(path, data={"form_token": form_token_in(browser.get(path).text)}, follow_redirects=False)
    return browser


def text_of(page: str) -> str:
    """What one reads, on one line."""
    main = page[page.index("<main") : page.index("</main>")]
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", main)).split())


def following(name: str, **more: Any) -> Following:
    fields: dict[str, Any] = {"behind": 0, "errors": 0, "reason": "", "not_before": 0, "stopped": False, "again": False}
    return Following(name, seen=START, **(fields | more))


def at_work(node: Node, *followers: Following) -> None:
    node.store.lease("worker", "duty-room:4711", node.clock.now() + 15 * SECOND)
    node.store.followings.tell(followers)


def failed_job(node: Node, reason: str = "The disk is full.") -> Job:
    jobs = node.store.jobs
    job = jobs.add("upkeep", "node", 12_000)
    jobs.step(job, lambda _: Progress(position=4_000))
    jobs.failed(jobs.get(job.id), reason, None)
    return jobs.get(job.id)


def press(browser: Browser, path: str) -> str:
    """Presses a button of the operations page; the page that follows."""
    token = form_token_in(browser.get("/operations").text)
    answer = browser.post(path, data={"form_token": token})
    assert answer.status_code == 200, answer.text
    return text_of(answer.text) + answer.text


@pytest.mark.parametrize(
    ("role", "reads", "acts"),
    [
        (role, role in {Role.ADMINISTRATOR, Role.DUTY_OFFICER, Role.AUDITOR}, role is Role.ADMINISTRATOR)
        for role in Role
    ],
)
def test_who_may(node: Node, role: Role, reads: bool, acts: bool) -> None:
    at_work(node, following("settle", errors=2, reason="away"))
    job = failed_job(node)
    browser = browser_of(node, role)
    page = browser.get("/operations")
    assert page.status_code == (200 if reads else 403)
    assert ('action="/operations/jobs/' in page.text) is acts
    assert ('href="/operations"' in browser.get("/account").text) is reads
    token = form_token_in(browser.get("/account").text)
    for path in (f"/operations/jobs/{job.id}/retry", "/operations/followers/settle/retry"):
        answer = browser.post(path, data={"form_token": token}, follow_redirects=False)
        assert answer.status_code == (303 if acts else 403), path
    assert (node.store.jobs.get(job.id).state is State.FAILED) is not acts


def test_without_a_worker_it_says_so_and_since_when(node: Node) -> None:
    browser = browser_of(node, Role.ADMINISTRATOR)
    assert "Nobody works for this node. " in text_of(browser.get("/operations").text)
    assert "None has been here yet." in text_of(browser.get("/operations").text)
    at_work(node, following("settle", behind=3))
    assert "Nobody works" not in text_of(browser.get("/operations").text)
    node.clock.forward(60 * SECOND)
    shown = text_of(browser.get("/operations").text)
    assert "Nobody works for this node. " in shown
    assert "One was last here:" in shown
    assert "At rest" in shown
    assert "Nobody works for this node." in text_of(browser.get("/").text), "home says what needs a person"


def test_when_all_keeps_up(node: Node) -> None:
    at_work(node, following("settle"), following("index_text", behind=1200))
    browser = browser_of(node, Role.AUDITOR)
    shown = text_of(browser.get("/operations").text)
    assert "Everything keeps up." in shown
    assert "Up to date" in shown
    assert "Behind" in shown
    assert "1,200" in shown
    assert "Operations" not in text_of(browser.get("/").text)


def test_failures_stand_there_with_their_reason_and_next_try(node: Node) -> None:
    next_try = node.clock.now() + 32 * SECOND
    at_work(
        node,
        following("settle", errors=6, reason="The database does not answer.", not_before=next_try),
        following("intake", errors=1, reason="Two leaves of one number.", stopped=True),
        following("<i>strange", errors=0),
    )
    failed_job(node, "<script>alert(1)</script>")
    number = node.store.timers.set(None, "upkeep", "node", START)
    node.store.timers.failed(number, "The partner does not answer.", next_try)
    page = browser_of(node, Role.ADMINISTRATOR).get("/operations").text
    shown = text_of(page)
    for said in (
        "2 of the node's own tasks need a person",
        "Drop what nobody needs any more this node",
        "2 of the node's own tasks failed and are tried again",
        "Failed 6 times",
        "The database does not answer.",
        "Stopped",
        "Two leaves of one number.",
        "The partner does not answer.",
        "4,000 of 12,000",
    ):
        assert said in shown
    assert "<script>alert" not in page
    assert "<i>strange" not in page


def test_buttons_do_what_they_say(node: Node) -> None:
    at_work(node, following("settle", errors=6, reason="away"), following("intake", errors=1, stopped=True))
    job = failed_job(node)
    clock = node.store.timers.set(None, "upkeep", "node", START)
    node.store.timers.failed(clock, "away", START + 600 * SECOND)
    browser = browser_of(node, Role.ADMINISTRATOR)
    assert "tries again" in press(browser, "/operations/followers/settle/retry")
    assert "going on would" not in browser.get("/operations/followers/intake/retry").text
    assert "Let this follower go on?" in browser.get("/operations/followers/intake/retry").text
    press(browser, "/operations/followers/intake/retry")
    assert node.store.followings.asked() == {"settle", "intake"}
    press(browser, f"/operations/clocks/{clock}/retry")
    assert node.store.timers.due(node.clock.now(), 1)[0].id == clock
    press(browser, f"/operations/jobs/{job.id}/retry")
    assert (node.store.jobs.get(job.id).state, node.store.jobs.get(job.id).position) == (State.RUNNING, 4_000)
    assert "What its steps did so far stays." in browser.get(f"/operations/jobs/{job.id}/cancel").text
    press(browser, f"/operations/jobs/{job.id}/cancel")
    assert node.store.jobs.get(job.id).state is State.CANCELLED


def test_a_button_of_an_old_page_does_nothing_and_says_so(node: Node) -> None:
    job = failed_job(node)
    browser = browser_of(node, Role.ADMINISTRATOR)
    press(browser, f"/operations/jobs/{job.id}/retry")
    press(browser, f"/operations/jobs/{job.id}/cancel")
    for path in (
        f"jobs/{job.id}/cancel",
        f"jobs/{job.id}/retry",
        "jobs/999/cancel",
        f"jobs/{10**30}/retry",
        "jobs/-1/retry",
        "clocks/999/retry",
        "followers/nobody/retry",
        f"followers/{'x' * 500}/retry",
    ):
        assert "Nothing was done." in press(browser, f"/operations/{path}"), path


def test_a_form_of_another_site_does_nothing(node: Node) -> None:
    job = failed_job(node)
    browser = browser_of(node, Role.ADMINISTRATOR)
    for data in ({}, {"form_token": "0" * 64}):
        answer = browser.post(f"/operations/jobs/{job.id}/retry", data=data, follow_redirects=False)
        assert answer.status_code == 403
    assert node.store.jobs.get(job.id).state is State.FAILED


def test_many_rows_are_cut_and_that_is_said(node: Node) -> None:
    at_work(node, following("settle"))
    for number in range(60):
        node.store.timers.set(None, "answer", f"case {number}", START + number * SECOND)
        node.store.jobs.add("scan", f"part {number}" + " long" * 80)
    page = browser_of(node, Role.AUDITOR).get("/operations")
    shown = text_of(page.text)
    assert "Only the next ones are shown" in shown
    assert "Older jobs are not shown here" in shown
    assert len(page.content) < 200_000


def test_sources_that_send_too_many_kinds_stand_on_the_page(node: Node) -> None:
    browser = browser_of(node, Role.AUDITOR)
    assert "In quarantine" not in text_of(browser.get("/operations").text)
    node.store._labels._quota = 1
    party, place = node.directory.parties.all()[-1].slug, node.directory.collections.all()[0].slug
    node.give(party, address("192.0.2.1"), address("192.0.2.2"), mutex("one"), collection=place)
    text = text_of(browser.get("/operations").text)
    assert "In quarantine" in text
    assert f"{party} 1 1" in text


def address(value: str) -> dict[str, Any]:
    return {"type": "ipv4-addr", "spec_version": "2.1", "id": sco_id("ipv4-addr", {"value": value}), "value": value}


def mutex(name: str) -> dict[str, Any]:
    return {"type": "mutex", "spec_version": "2.1", "id": sco_id("mutex", {"name": name}), "name": name}
