"""The views: each has a context, which is a documented class, and a function that answers it.

What a template may use is what its context class says; ``templates.CONTEXTS`` lists them, and a
test holds every template to its class. Parts of a view have modules of their own beside it.
"""
