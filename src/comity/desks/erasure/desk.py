"""The manifest of the erasure desk."""

from comity.casework.desk import Desk, Panel, Permission
from comity.desks.erasure import queries, rules, views
from comity.web.page import Entry
from comity.web.words import msgid

DESK = Desk(
    slug="erasure",
    title=msgid("Erasure and holds"),
    sentence=msgid(
        "What goes for good, what stands against that, what is due by a date, what is taken back from others."
    ),
    package="comity.desks.erasure",
    routes=(
        views.overview,
        views.ask_order,
        views.order,
        views.ask_hold,
        views.lay_hold,
        views.ask_lift,
        views.lift_hold,
        views.ask_term,
        views.set_term,
        views.of_object,
        views.ask_recall,
        views.recall,
        views.note_told,
        views.ask_release,
        views.release,
    ),
    permissions=(
        Permission(rules.READ, msgid("See erasures, holds, terms and recalls."), rules.READERS),
        Permission(rules.ORDER, msgid("Order an erasure; lay and lift legal holds; set terms."), rules.ORDERERS),
        Permission(
            rules.RECALL, msgid("Recall an object from all other parties, and release it again."), rules.RECALLERS
        ),
    ),
    panels=(Panel("erasure", 25, queries.needs, rules.READ),),
    navigation=(Entry(msgid("Erasure and holds"), rules.PATH, 70),),
)
