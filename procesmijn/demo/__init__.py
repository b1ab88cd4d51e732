"""An organisation to try procesmijn on: its people work, wait and err, and its systems tell of it.

A discrete-event simulation. It knows events and calendars, and nothing of Kafka or PostgreSQL: what
comes out are records, in the order in which they are sent. Begin with
:class:`procesmijn.demo.organisation.Organisation`.
"""
