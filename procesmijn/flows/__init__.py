"""Processes rebuilt from what happened: models, how well they fit, and what else cases tell.

What discovers, judges and replays models imports pm4py, which takes seconds and some 200 MB:
whoever offers it imports it when it is asked for. All that comes out is plain, and reading, drawing
or writing a model needs no miner.
"""
