"""Policy decides, with reasons. Pure: no I/O, no clock, no randomness; what it needs comes in as arguments.

``viewer``    who asks, and where that party stands
``label``     the features of a claim that policy looks at: a decision is taken once per (label, viewer)
``shape``     a label plus the labels it needs; when it opens is derived from decisions, never decided
``decision``  effect, ordered reasons in two texts, nearest counterfactual
``rules``     one small function per rule, with its clause
``decide``    the rules in order; deny overrides, unknown means withhold
"""
