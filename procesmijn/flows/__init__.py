"""Processes rebuilt from what happened: models, how well they fit, and the files they go into.

Only :mod:`~procesmijn.flows.discovery`, :mod:`~procesmijn.flows.quality` and
:mod:`~procesmijn.flows.heuristics` import pm4py, which takes seconds and some 200 MB: whoever
offers them imports them when they are asked for. All that comes out is plain
(:mod:`~procesmijn.flows.tree`), and drawing or writing it needs no miner.
"""
