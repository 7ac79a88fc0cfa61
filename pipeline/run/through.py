"""Where a worker begins; the run that hands it out does not load the stages for it."""

from pipeline.run.task import Result, Task


def take_through(task: Task) -> Result:
    """Take a document through the stages; what cannot be read is a row that says so."""
    from pipeline.run.work import Reading  # all stages: only workers pay for them

    return Reading(task).result()
