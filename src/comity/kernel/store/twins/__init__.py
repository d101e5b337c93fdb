"""Renditions: what this node makes of originals for parties that may not have them as they are, and writes as claims of its own.

An agreement asks for a *lens* (``policy.lens``) per label and party. What goes through it is a *pass*, a claim of the original's
own version, or a *twin*, a version under an id that is a pseudonym of the original's (docs/decisions/0018). The maker follows
the log and the grants (``maker``); what is made stands under a label that says the lens, which policy decides about as about any
other, so that the doors, the feed and every exit know nothing of all this.

``queue``    what is to be looked at again, and how others say so
``asking``   which label asks for which lens, for whom; which label is open to whom
``keys``     the keys of pseudonyms
``rows``     what stands: twins and renditions
``world``    one snapshot of what a piece of work needs
``working``  from that, what should stand: passes first, then twins
``released`` what people approved, as that asks for it
``changes``  what has to be written so that it does
``writing``  writes it
``closing``  what stops at once when an original goes or is restricted
``maker``    the steps, in order
``book``     what others ask and tell: ``store.twins``
"""
