"""The manifest of the people desk."""

from comity.casework.desk import Desk, Permission
from comity.desks.people import views
from comity.kernel.directory.roles import Role
from comity.web.page import Entry
from comity.web.words import msgid

DESK = Desk(
    slug="people",
    title=msgid("People"),
    sentence=msgid("Who works at this node and what they may do; and the record of what happened."),
    package="comity.desks.people",
    routes=(
        views.people,
        views.invite,
        views.do_invite,
        views.person,
        views.roles,
        views.set_roles,
        views.ask_disable,
        views.disable,
        views.ask_enable,
        views.enable,
        views.ask_link,
        views.make_link,
        views.ask_end_sessions,
        views.end_sessions,
        views.record,
        views.save_record,
    ),
    permissions=(
        Permission(
            views.MANAGE,
            msgid("Invite people, give them roles, disable them, help them back in."),
            frozenset({Role.ADMINISTRATOR}),
        ),
        Permission(
            views.READ_RECORD,
            msgid("Read the record of what happened."),
            frozenset({Role.ADMINISTRATOR, Role.AUDITOR}),
        ),
    ),
    navigation=(Entry(msgid("People"), "/people", 100), Entry(msgid("Record"), "/record", 101)),
)
