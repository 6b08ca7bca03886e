"""Logs of the recommender: one line of JSON a record, or plain text. No token ever enters one."""

import json
import logging
import sys
import time

# What a record may carry beside its message, by ``extra``; nothing else is written.
FACTS = ("merged", "refused", "removed", "lists", "reasons", "incomplete", "seconds", "problem")


class JsonFormatter(logging.Formatter):
    """A record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        told: dict[str, object] = {
            "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created)),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        told |= {name: getattr(record, name) for name in FACTS if hasattr(record, name)}
        if record.exc_info:
            told["trace"] = self.formatException(record.exc_info)
        return json.dumps(told, ensure_ascii=False)


def set_up(*, is_json: bool) -> None:
    """Send all logs to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    plain = logging.Formatter("%(asctime)s %(levelname)s %(message)s")
    handler.setFormatter(JsonFormatter() if is_json else plain)
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
