"""Formats in and out, a folder each: tables of pure functions from a format to objects and back, with thin I/O.

An adapter never widens a marking: labels are made from the objects it gives, after it. What it can't read it refuses
aloud.
"""
