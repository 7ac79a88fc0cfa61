"""The log as lines of JSON on stderr, for whoever collects them."""

import json
import logging
import sys
from datetime import UTC, datetime

_USUAL = logging.makeLogRecord({}).__dict__.keys() | {"message", "taskName"}


class JsonLines(logging.Formatter):
    """A line for each entry: time, level, who says it, what, and its `extra` (run, document...)."""

    def format(self, record: logging.LogRecord) -> str:
        """The entry as one line of JSON."""
        entry = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **{key: value for key, value in record.__dict__.items() if key not in _USUAL},
        }
        if record.exc_info:
            entry["traceback"] = self.formatException(record.exc_info)
        return json.dumps(entry, ensure_ascii=False, default=str)


def log_as_json() -> None:
    """Have all that is logged, told or complained of on stderr as lines of JSON."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("pipeline").setLevel(logging.INFO)
