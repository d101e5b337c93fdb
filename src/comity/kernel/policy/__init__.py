"""Policy decides, with reasons. Pure: no I/O, no clock, no randomness; what it needs comes in as arguments.

What it looks at:
``label``           the features of a claim: a decision is taken once per (label, party, date); granular parts
``caveats``         what the terms of a label ask
``viewer``          who asks, and where that party stands
``agreement``       agreements: articles, texts, and how one binds a party
``question``        may this party have claims of this label on this date?
``shape``           a label plus the labels it needs; when it opens is derived from decisions, never decided

The rules, each with its clause:
``restrictions``    what denies whatever else is said
``permissions``     what covers a label: the party's ceiling, agreements
``conditions``      articles that narrow what is covered
``veil``            to whom some things go redacted, nothing that names others goes by itself
``renditions``      what was made of an original goes to those whose decision on the original asks for it
``obligations``     what binds whoever gets it

What comes of them:
``judging``         all rules asked
``decide``          effect, ordered reasons in two texts, obligations, nearest counterfactual
``counterfactual``  what would have to be otherwise, and that it comes true
``moments``         dates at which decisions change
``decider``         effects for many labels and parties
``decision``, ``denial``, ``sentence``  what is said, and in which words

What goes where not all may go:
``profile``         redaction profiles, as agreements carry them
``lens``            the form in which something goes to somebody; ``lens_sentences`` says it in words
``redaction``       makes that form of an object
``personal``        finds personal data
``approval``        what people said about what goes only when they agree
"""
