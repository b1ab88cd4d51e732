"""What the doctor looks at: lists of small checks, each a pure function of what was read of a part.

A part is read once (:mod:`procesmijn.store.condition`, :mod:`consumers.condition`), in a session
that may not write, and then judged by every check of its list.
"""
