"""Personal data in objects: by type first, then in their text. Pure.

Lives here: what counts as personal data and where it stands in an object. Not here: which objects have been looked at
(``store.scan``), and what an agreement makes of it (``conditions``). Always so: a finding's value is shown to nobody by
accident, neither in a log nor in an error; the same object and settings give the same findings. What is looked for, what is
not, and why is docs/decisions/0019.
"""
