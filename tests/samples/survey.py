"""Answers to an invented survey, with the cells that spreadsheets like to damage."""

import csv
import io

from samples.prose import prose

HEAD = (
    "Response ID",
    "Organisation type",
    "What measure do you use?",
    "Why?",
    "Lifecycle stage",
    "Policy clause",
)
ANSWERS = (
    (
        "R-01",
        "Hospital group",
        prose("""
            Every diagnostic model runs in shadow mode, beside the clinicians and unseen by them,
            for three months before it may influence care.
        """),
        "We learnt that accuracy on old scans says little about accuracy on Monday morning.",
        "Verify and Validate",
        "1.10",
    ),
    (
        "R-02",
        "Retail bank",
        prose("""
            A second team, which did not build the model, repeats the bias tests on fresh
            applications every quarter.
        """),
        "The builders know which tests they will pass.",
        "Operate and Monitor",
        "1.2",
    ),
    (
        "R-03",
        "Model developer, fewer than 50 staff",
        "We remove personal data, malware and leaked credentials from the training set.",
        "What the model has never seen, it cannot repeat.",
        "Collect and Process Data",
        "2.1",
    ),
    (
        "R-04",
        "Municipality",
        "An appeal desk: anyone can have an automated decision reviewed by a person in a week.",
        prose("""
            "The computer says so" is not an answer that residents accept, and they are right.
        """),
        "Operate and Monitor",
        "3.4",
    ),
    (
        "R-05",
        "Cloud provider",
        (
            "Customers who rent large clusters must state who they are and what they will train.\n"
            "Unusual jobs are paused until an analyst has called the customer."
        ),
        "Stolen cards paid for most of the abuse that we saw last year.",
        "Build and Use Model",
        "1.1",
    ),
    (
        "R-06",
        "University",
        "None so far.",
        "We are waiting for guidance from the ministry.",
        "",
        "",
    ),
    (
        "R-07",
        "Software company",
        "Agents get their own accounts, with the smallest rights for the job, and a spending cap.",
        "An agent once ordered 400 chairs.",
        "Deploy",
        "2.10",
    ),
    (
        "R-08",
        "Insurer",
        prose("""
            The risk committee can stop any AI project; a stop lifts only by a written vote, with
            reasons, of two thirds of its members.
        """),
        "Stopping has to be easier than starting.",
        "Plan and Design",
        "1.10",
    ),
)


def as_csv() -> str:
    """Write the survey as CSV, quoting only where a cell needs it."""
    lines = io.StringIO()
    csv.writer(lines, lineterminator="\n").writerows((HEAD, *ANSWERS))
    return lines.getvalue()
