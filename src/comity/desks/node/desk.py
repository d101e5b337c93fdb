"""The manifest of the node desk."""

from comity.casework.desk import Desk, Panel, Permission
from comity.desks.node import queries, views
from comity.web.page import Entry
from comity.web.words import msgid

DESK = Desk(
    slug="node",
    title=msgid("Node"),
    sentence=msgid("Sign in, see what arrived and from whom, and who may read and write what."),
    package="comity.desks.node",
    routes=(
        views.home,
        views.parties,
        views.collections,
        views.about,
        views.healthz,
        views.sign_in_needed,
        views.offer_sign_in,
        views.sign_in,
        views.sign_out,
    ),
    permissions=(Permission(views.READ, msgid("See the situation, the parties and the collections.")),),
    navigation=(
        Entry(msgid("Situation"), "/", 10),
        Entry(msgid("Parties"), "/parties", 70),
        Entry(msgid("Collections"), "/collections", 80),
        Entry(msgid("This node"), "/about", 90),
    ),
    panels=(Panel("arrivals", 20, queries.arrivals),),
)
