"""Between Kafka and the service: the loop, partition assignment, publishing, health.

The only home of kafka-python. Read :mod:`consumers.worker` first: it is the way of a record.
"""
