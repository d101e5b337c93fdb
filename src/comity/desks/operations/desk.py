"""The manifest of the operations desk."""

from comity.casework.desk import Desk, Panel, Permission
from comity.desks.operations import queries, rules, views
from comity.web.page import Entry
from comity.web.words import msgid

DESK = Desk(
    slug="operations",
    title=msgid("Operations"),
    sentence=msgid("What this node does by itself: what follows the log, what waits for a moment, what takes long."),
    package="comity.desks.operations",
    routes=(
        views.work,
        views.confirm_follower,
        views.retry_follower,
        views.retry_job,
        views.confirm_cancel,
        views.cancel_job,
        views.retry_clock,
    ),
    permissions=(
        Permission(
            rules.READ, msgid("See what the node does by itself, how far it is, and what failed."), rules.READERS
        ),
        Permission(rules.ACT, msgid("Let what failed try again; cancel a job."), rules.ACTORS),
    ),
    navigation=(Entry(msgid("Operations"), "/operations", 85),),
    panels=(Panel("work", 5, queries.needs, rules.READ),),
)
