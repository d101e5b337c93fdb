"""The manifest of the agreements desk."""

from comity.casework.desk import Desk, Panel, Permission
from comity.desks.agreements import queries, rules, views
from comity.desks.agreements.objects import PATH
from comity.web.page import Entry
from comity.web.words import msgid

DESK = Desk(
    slug="agreements",
    title=msgid("Agreements"),
    sentence=msgid("What was agreed with whom, what it decides, and what would change it."),
    package="comity.desks.agreements",
    routes=(
        views.agreements,
        views.new,
        views.begin,
        views.draft,
        views.keep,
        views.draft_file,
        views.drop,
        views.preview,
        views.ask_sign,
        views.sign,
        views.ask_accept,
        views.read_offer,
        views.accept,
        views.ask_answered,
        views.answered,
        views.matrix,
        views.cell,
        views.time,
        views.agreement,
        views.text,
        views.text_file,
        views.amend,
        views.went_out,
        views.ask_suspend,
        views.suspend,
        views.ask_resume,
        views.resume,
        views.ask_withdraw,
        views.withdraw,
        views.ask_pseudonyms,
        views.give_pseudonyms,
        views.offer,
        views.signed,
        views.answer,
    ),
    permissions=(
        Permission(rules.READ, msgid("Read agreements, drafts, and what they decide."), rules.READERS),
        Permission(rules.DRAFT, msgid("Write and drop drafts of agreements."), rules.DRAFTERS),
        Permission(
            rules.SIGN,
            msgid("Sign agreements for us, suspend, resume and withdraw them, take in signatures."),
            rules.SIGNERS,
        ),
    ),
    navigation=(
        Entry(msgid("Agreements"), PATH, 30),
        Entry(msgid("Who gets what"), f"{PATH}/matrix", 31),
        Entry(msgid("Then and now"), f"{PATH}/time", 32),
    ),
    panels=(Panel("decides", 15, queries.decides, rules.READ),),
)
