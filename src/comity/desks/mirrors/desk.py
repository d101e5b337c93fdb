"""The manifest of the mirrors desk."""

from comity.casework.desk import Desk, Permission
from comity.desks.mirrors import rules, views
from comity.web.page import Entry
from comity.web.words import msgid

DESK = Desk(
    slug="mirrors",
    title=msgid("Mirrors"),
    sentence=msgid("Collections of others that are kept here too: how fresh each is, what came, what was refused."),
    package="comity.desks.mirrors",
    routes=(views.mirrors, views.mirror, views.pull, views.pause, views.resume),
    permissions=(
        Permission(
            rules.READ, msgid("See which collections of others are mirrored, and how each fares."), rules.READERS
        ),
        Permission(rules.ACT, msgid("Have a mirror pulled now, let it rest or go on."), rules.ACTORS),
    ),
    navigation=(Entry(msgid("Mirrors"), rules.PATH, 84),),
)
