"""The views: each has a context, which is a documented class, and a function that answers it.

What a template may use is what its context class says; ``VIEWS`` lists them, and a test holds every
template to its class.
"""
