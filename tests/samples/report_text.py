"""The words of the PDF report: recommendations and control tables."""

from dataclasses import dataclass

from samples.prose import prose

INSTITUTE = "Harbour Institute for Responsible Computing"
TITLE = "Harbour Frontier Controls"
SUBTITLE = "Recommendations and control tables for developers of highly capable AI"
AUTHORS = ("Per Lindqvist", "Claire Moreau", "Tan Wei Ling")
DATE = "March 2025"
SERIES = "Technical Report 2025-03"
ABSTRACT = prose("""
    A small number of AI systems now do things that their makers did not plan and cannot fully
    predict. This report collects what careful developers do about it. It gives eight
    recommendations to those who lead such work, and two tables of controls to those who carry it
    out. Everything in it has been tried by at least two organisations, and can be checked from
    outside.
""")
COLOPHON = prose("""
    Institute, authors and findings are invented. The report is a sample, under the Apache License.
""")


@dataclass(frozen=True)
class Recommendation:
    """One numbered recommendation; its number is its place in the list."""

    name: str
    body: tuple[str, ...]
    rationale: str | None = None


@dataclass(frozen=True)
class Control:
    """One row of a control table."""

    label: str
    text: str
    risks: str


@dataclass(frozen=True)
class ControlTable:
    """A band with an objective, the controls that serve it, and who answers for them."""

    lead: str | None
    objective: str
    statement: str
    controls: tuple[Control, ...]
    roles: str


INTRODUCTION = (
    prose("""
        Between May and November 2024 the Harbour Institute visited nine organisations that train
        or adapt frontier models.<super size="7" rise="4">1</super> We read their policies, sat in
        on their release meetings and asked what had surprised them. The answers were alike in one
        respect: the measures that had worked were simple, decided early, and owned by somebody.
    """),
    prose("""
        Section 2 states what we took from these visits as recommendations. Section 3 breaks two of
        the objectives behind them down into controls that a team can put into its own plan.
        Section 4 says what the report leaves out.
    """),
)
FOOTNOTE = prose("""
    <super size="6" rise="3">1</super> We call a model a frontier model when its general
    capabilities match or exceed those of the best models available twelve months earlier. The term
    says nothing about size.
""")

RECOMMENDATIONS_LEAD = prose("""
    The recommendations are addressed to the leadership of an organisation that develops such
    models. They are numbered for reference; the order is that of a project, from plan to use.
""")
RECOMMENDATIONS = (
    Recommendation(
        "Set capability thresholds before training begins",
        (
            prose("""
                Developers should decide, before a training run starts, which capabilities would
                make further safeguards a condition of going on. The thresholds are written down,
                approved by the safety committee, and published in a form that outsiders can check
                against later results.
            """),
        ),
        prose("""
            A threshold agreed in advance is harder to move when a launch date is near. In three of
            the nine organisations the first version had been written after the results were known.
        """),
    ),
    Recommendation(
        "Give evaluators the time and the access to finish",
        (
            prose("""
                Reserve at least four weeks between the last change to a model and the decision to
                release it. In those weeks internal and external red teams work with the weights
                as they will be deployed, without refusals where the tests require it, and with
                engineers on call for their questions.
            """),
            prose("""
                Evaluators report to the safety committee directly. Their findings reach the
                committee complete, including those that the product team disputes.
            """),
        ),
    ),
    Recommendation(
        "Release in stages that can be undone",
        (
            prose("""
                Open a new model to a small, vetted group first and widen access step by step. Keep
                the previous model running throughout, so that a return takes minutes, and rehearse
                the return once before each step. No step is taken in the two weeks before a public
                holiday.
            """),
        ),
        prose("""
            Failures that matter are rare and show only in real use. A release that cannot be taken
            back turns each of them into a crisis.
        """),
    ),
    Recommendation(
        "Keep a tamper-evident log of high-risk use",
        (
            prose("""
                Record requests that reach the classifiers for biological, chemical and cyber
                misuse, together with the answer given and the version of the model. Chain the
                entries cryptographically, store them for two years under separate access, and let
                an auditor draw samples without asking the operations team.
            """),
        ),
    ),
    Recommendation(
        "Report serious incidents within 72 hours",
        (
            prose("""
                Tell the competent authority and the members of the sector’s exchange about any
                incident in which a model contributed to serious harm, or nearly did. The first
                report may be incomplete; a second one, with causes and remedies, follows within
                thirty days.
            """),
        ),
        prose("""
            The same weakness often sits in several products. Four of the incidents that we
            followed had happened elsewhere before, and had been kept quiet.
        """),
    ),
    Recommendation(
        "Protect people who raise concerns",
        (
            prose("""
                Offer staff and contractors a channel to an independent board member, in confidence
                and outside the line of command. Retaliation is a ground for dismissal, and
                agreements that would keep former employees from speaking about safety are not
                used.
            """),
        ),
        prose("""
            In two organisations a junior engineer had seen the flaw months before it mattered, and
            had told nobody.
        """),
    ),
    Recommendation(
        "Watch deployed models for new abilities",
        (
            prose("""
                Repeat the capability tests on the deployed system every quarter, with the tools,
                plug-ins and prompts that users have meanwhile built around it. When a result comes
                within ten per cent of a threshold, treat the threshold as reached and apply the
                safeguards that belong to it.
            """),
            prose("""
                Invite users to tell you about surprising behaviour, answer each message, and feed
                what you learn into the next round of tests.
            """),
        ),
        prose("""
            A model does not change after release, but what people do with it does. The most
            capable systems that we saw were old models with new tools.
        """),
    ),
    Recommendation(
        "Publish what did not work",
        (
            prose("""
                Describe, once a year, the safeguards that were tried and given up: what they were
                meant to prevent, how they failed, and what took their place. Leave out only what
                would help an attacker against a system still in use.
            """),
        ),
    ),
)

TABLES_LEAD = prose("""
    Each table opens with an objective, on a shaded band. Its other parts are:
""")
LEGEND = (
    "<b>Control ID:</b> the objective and a running number; HC stands for Harbour Controls.",
    "<b>Proposed Control:</b> a step that a team can put into its plan as it stands.",
    "<b>Risks Addressed:</b> the entries of our risk list, separated by semicolons.",
    "<b>Responsible Roles:</b> in the last row, those who answer for the table as a whole.",
)
HEADS = ("Control ID", "Proposed Control", "Risks Addressed")
ROLES = "Responsible Roles:"
TABLES = (
    ControlTable(
        None,
        "PREPARE 1.1",
        "The people who can stop a release are known, prepared, and free to act.",
        (
            Control(
                "HC-1.1-001",
                prose("""
                    Name one executive who signs each release decision, and publish the name
                    together with the model card.
                """),
                "Governance Failure; Unclear Accountability",
            ),
            Control(
                "HC-1.1-002",
                prose("""
                    Give the safety lead the authority to pause training or deployment for up to
                    ten days without further approval.
                """),
                "Competitive Pressure; Governance Failure",
            ),
            Control(
                "HC-1.1-003",
                prose("""
                    Hold a tabletop exercise twice a year in which the release team rehearses one
                    of the following: theft of weights; sudden loss of oversight; misuse by an
                    insider.
                """),
                "Information Security; Loss of Control",
            ),
            Control(
                "HC-1.1-004",
                prose("""
                    Separate the bonus of evaluators and safety staff from the date and the
                    commercial success of a launch.
                """),
                "Competitive Pressure",
            ),
        ),
        "Executive Sponsor, Safety Lead, Human Resources",
    ),
    ControlTable(
        prose("""
            The second objective is the one on which the nine organisations differed most. Where
            tests existed at all, they had been written for models two generations old, and nobody
            was in charge of keeping them up to date.
        """),
        "PREPARE 1.2",
        prose("""
            Dangerous capabilities are looked for before release, with tests equal to the task.
        """),
        (
            Control(
                "HC-1.2-001",
                prose("""
                    Maintain a catalogue of dangerous-capability tests with, for each test, its
                    threshold, its owner and the date of its last revision.
                """),
                "Dangerous Capabilities; Lack of Transparency",
            ),
            Control(
                "HC-1.2-002",
                prose("""
                    Fine-tune a copy of the model for the capability under test, in order to measure
                    what a determined misuser could draw out of it.
                """),
                "Dangerous Capabilities; Biological, Chemical and Cyber Misuse",
            ),
            Control(
                "HC-1.2-003",
                prose("""
                    Repeat the full test catalogue whenever effective compute has grown fourfold or
                    six months have passed, whichever comes first.
                """),
                "Dangerous Capabilities",
            ),
            Control(
                "HC-1.2-004",
                prose("""
                    Engage at least two external teams that are paid whatever they find, and allow
                    them to publish after ninety days.
                """),
                "Governance Failure; Lack of Transparency",
            ),
            Control(
                "HC-1.2-005",
                prose("""
                    Check whether the model behaves differently when it has reason to believe that
                    it is being tested, and treat a difference as a failed test.
                """),
                "Deceptive Behaviour; Loss of Control",
            ),
        ),
        "Evaluation Lead, Security Engineering, Release Manager",
    ),
)

LIMITS = (
    prose("""
        The report covers the preparation of a release. It does not cover military use, the
        environmental cost of training, or the effects of AI on employment, all of which were
        raised in our visits and each of which deserves a study of its own.
    """),
    prose("""
        Nine organisations are few, and those that open their doors may differ from those that do
        not. We were shown no case in which a control had failed completely. The effect of a single
        control on a safety-critical outcome cannot be read off our material; the tables state what
        was practised, and by whom, not how much it helped.
    """),
)
REFERENCES = (
    prose("""
        Moreau, C. (2023). <i>Who Signs? Release Decisions in Nine Laboratories.</i> Harbour
        Institute Working Paper 7.
    """),
    prose("""
        Okafor, A., Lindqvist, P. and Marsh, T. (2024). <i>Keeping Watch Together: Practices for
        Safer General-Purpose AI.</i> Harbour Institute.
    """),
    prose("""
        Tan, W. L. (2024). Tests that know they are tests. <i>Notes on Evaluation</i> 3, 41–58.
    """),
)
