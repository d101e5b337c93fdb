"""Approvals: what people decided about what may go only after a review, signed by each, folded to how it stands. Pure.

``decisions``   what a person wants to say
``statements``  what a person signs, and the objects that carry it
``folding``     how a review stands by all that was said
``people``      whether two accounts are two people who did not make each other
``byhand``      whether a form that a person wrote may stand for the original
"""
