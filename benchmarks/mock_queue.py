"""A message queue for a cluster on one machine: librdkafka's mock broker, alive until killed.

It prints its port. What it holds is in memory only, and of each topic no more than the newest 5 MB
(rdkafka_mock.c, ``max_size``): it drops the rest without a word, which looks like rows lost by the
server. So the rows that lie in it, not yet flushed to storage, must stay well under that.
"""

import signal

from confluent_kafka import Producer


def main() -> None:
    """Start the broker, print its port, and wait to be killed."""
    broker = Producer({"test.mock.num.brokers": 1, "bootstrap.servers": "replaced by the mock"})
    (node,) = broker.list_topics().brokers.values()
    print(node.port, flush=True)
    signal.pause()


if __name__ == "__main__":
    main()
