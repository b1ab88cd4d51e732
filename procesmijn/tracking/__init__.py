"""Track and trace: one case and all that run, as of the moment that a session speaks of."""
