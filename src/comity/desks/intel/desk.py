"""The manifest of the intel desk."""

from comity.casework.desk import Desk, Panel, Permission
from comity.desks.intel import queries, views
from comity.kernel.directory.roles import EVERYONE, Role
from comity.web.page import Entry
from comity.web.words import msgid

DESK = Desk(
    slug="intel",
    title=msgid("Intel"),
    sentence=msgid("Find and read what the node holds, where it came from, and who can see it."),
    package="comity.desks.intel",
    routes=(
        views.search,
        views.show_object,
        views.raw_object,
        views.audience,
        views.unmade,
        views.ask_restrict,
        views.restrict,
        views.ask_lift,
        views.lift,
    ),
    permissions=(
        Permission(views.READ, msgid("Search and read objects."), EVERYONE - {Role.ADMINISTRATOR}),
        Permission(
            views.RESTRICT,
            msgid("Restrict objects to named people, and lift that."),
            frozenset({Role.ANALYST, Role.DUTY_OFFICER, Role.LEGAL}),
        ),
    ),
    navigation=(Entry(msgid("Intel"), "/intel/search", 20),),
    panels=(Panel("needs", 10, queries.needs, views.READ), Panel("recent", 30, queries.recent, views.READ)),
)
