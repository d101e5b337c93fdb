"""Portraits: one STIX object in plain words, for people.

Lives here: what each type is called and which shape stands for it (``kinds``), what each property is called and how its
value reads (``labels``, ``values``), patterns laid out in lines (``patterns``), text from outside made fit to be seen
(``text``), and the whole of it (``portrait``). Not here: templates, stores, decisions.

Invariants: pure; any JSON object has a portrait, also of types and properties nobody has heard of, and making one never
raises; what is long is bounded and says how much is left out; labels are msgids, values are text from outside.
"""
