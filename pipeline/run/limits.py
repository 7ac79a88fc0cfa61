"""What one document may take of a machine."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """What one document may take: seconds of time, megabytes of memory of its process."""

    seconds: float = 300
    megabytes: int = 2048
