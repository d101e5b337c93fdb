"""The manifest of the approvals desk."""

from comity.casework.desk import Desk, Panel, Permission
from comity.desks.approvals import queries, rules, views
from comity.desks.approvals.objects import PATH
from comity.web.page import Entry
from comity.web.words import msgid

DESK = Desk(
    slug="approvals",
    title=msgid("Approvals"),
    sentence=msgid("Decide what goes that goes only when people have agreed."),
    package="comity.desks.approvals",
    routes=(
        views.queue,
        views.find,
        views.item,
        views.write,
        views.written,
        views.ask_release,
        views.release,
        views.ask_refuse,
        views.refuse,
        views.ask_source,
        views.request,
        views.ask_withdraw,
        views.withdraw,
    ),
    permissions=(
        Permission(rules.READ, msgid("See what waits for people's agreement, and what was decided."), rules.READERS),
        Permission(
            rules.DECIDE,
            msgid("Release, refuse and ask sources, as far as the agreement asks for one's role."),
            rules.DECIDERS,
        ),
    ),
    navigation=(Entry(msgid("Approvals"), PATH, 28),),
    panels=(Panel("waits", 12, queries.waits, rules.READ),),
)
