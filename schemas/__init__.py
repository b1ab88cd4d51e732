"""What an event may look like, and nothing else: this package knows no other of the project.

:mod:`schemas.registry` turns a record's bytes into an event or a rejection, and an event into
bytes; :mod:`schemas.envelope` is CloudEvents over Kafka; each family of event types is a module.
"""
