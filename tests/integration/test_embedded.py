"""The embedded servers are real, keep their data, and leave nothing behind."""

from __future__ import annotations

import psycopg
from kafka.admin import KafkaAdminClient, NewTopic


def test_the_servers_are_the_versions_that_production_has(
    kafka_servers: str, database_url: str, topic: str
) -> None:
    with psycopg.connect(database_url) as connection:
        row = connection.execute("SELECT current_setting('server_version_num')::int / 10000")
        assert row.fetchone() == (18,)
    admin = KafkaAdminClient(bootstrap_servers=kafka_servers)
    admin.create_topics([NewTopic(topic, num_partitions=2, replication_factor=1)])
    admin.close()
