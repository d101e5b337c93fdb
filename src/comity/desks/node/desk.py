"""The manifest of the node desk."""

from comity.casework.desk import Desk, Panel, Permission
from comity.desks.node import queries, views
from comity.kernel.directory.roles import EVERYONE
from comity.web.page import Entry
from comity.web.words import msgid

DESK = Desk(
    slug="node",
    title=msgid("Node"),
    sentence=msgid("See what arrived and from whom, and who may read and write what."),
    package="comity.desks.node",
    routes=(
        views.home,
        views.parties,
        views.collections,
        views.about,
        views.display,
        views.show_components,
        views.try_components,
    ),
    permissions=(Permission(views.READ, msgid("See the situation, the parties and the collections."), EVERYONE),),
    navigation=(
        Entry(msgid("Situation"), "/", 10),
        Entry(msgid("Parties"), "/parties", 70),
        Entry(msgid("Collections"), "/collections", 80),
        Entry(msgid("This node"), "/about", 90),
    ),
    panels=(Panel("arrivals", 20, queries.arrivals, views.READ),),
)
