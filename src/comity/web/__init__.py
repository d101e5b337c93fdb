"""The web toolkit: everything a desk needs to answer a browser, and no desk's own matter.

Lives here: page structs and their rendering (``page``, ``press``, ``templates/``), the words of the interface
(``words``, ``i18n``, ``locale/``), what is asked and listed (``forms``, ``tables``), what is said once (``notices``), how
a browser wants it (``display``), all of it shown (``components``), who is asking (``session``, ``guards``, ``visit``),
response headers, static files, pictures drawn by the server (``charts/``), and how one STIX object is put into plain
words (``portraits/``).
Not here: any page (desks), which desks exist (app), what may be seen (``store.visible``).

Invariants: text that came from outside is never marked as safe, and never passes through a template's ``_()``; pages
are complete without script and ask no other host for anything; a form is accepted only with the token of its session.
"""
