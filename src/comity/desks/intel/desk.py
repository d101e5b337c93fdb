"""The manifest of the intel desk."""

from comity.casework.desk import Desk, Panel, Permission
from comity.desks.intel import queries, views
from comity.web.page import Entry
from comity.web.words import msgid

DESK = Desk(
    slug="intel",
    title=msgid("Intel"),
    sentence=msgid("Find and read what the node holds, where it came from, and who can see it."),
    package="comity.desks.intel",
    routes=(views.search, views.show_object, views.raw_object),
    permissions=(Permission(views.READ, msgid("Search and read objects.")),),
    navigation=(Entry(msgid("Intel"), "/intel/search", 20),),
    panels=(Panel("needs", 10, queries.needs), Panel("recent", 30, queries.recent)),
)
