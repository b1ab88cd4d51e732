"""How fast kafka-python alone hands over the records: the limit that the whole way is held against.

``python -m benchmarks.poll SERVERS TOPIC RECORDS`` prints the seconds from the first records to the
last ones.
"""

from __future__ import annotations

import subprocess
import sys
import time

from kafka import KafkaConsumer, TopicPartition

POLL_MS = 2_000


def poll_per_second(servers: str, topic: str, records: int) -> float:
    """Read a topic once, in a process of its own: default fetch settings, checksums by crc32c."""
    command = [sys.executable, "-m", "benchmarks.poll", servers, topic, str(records)]
    return records / float(subprocess.run(command, check=True, capture_output=True).stdout)


def _seconds(servers: str, topic: str, records: int) -> float:
    consumer = KafkaConsumer(bootstrap_servers=servers, auto_offset_reset="earliest")
    numbers = consumer.partitions_for_topic(topic) or set()
    consumer.assign([TopicPartition(topic, number) for number in sorted(numbers)])
    began, read = time.perf_counter(), 0
    while read < records:
        polled = consumer.poll(POLL_MS)
        read += sum(map(len, polled.values()))
    seconds = time.perf_counter() - began
    consumer.close()
    return seconds


if __name__ == "__main__":
    servers, topic, records = sys.argv[1:]
    print(_seconds(servers, topic, int(records)))
