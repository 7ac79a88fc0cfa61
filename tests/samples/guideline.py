"""A Markdown guideline for buyers of AI systems."""

MARKDOWN = """\
---
title: Safe Procurement of AI Systems
subtitle: A guideline for public bodies
authors:
  - Amara Okafor
  - Tobias Marsh
institution: Harbour Institute for Responsible Computing
date: 2025-02-11
---

# Safe Procurement of AI Systems

Public bodies buy more AI than they build. Most of what went wrong in earlier purchases had its
cause in the tender, in the contract, or in the weeks around delivery. This guideline
follows that order. It grew out of eleven purchases that the authors accompanied; the cases are
described in the [companion notes](https://example.org/harbour/procurement-notes).

## Before the contract

Purpose: Find out what the system can do, and what it should never do here, while walking away is
still cheap.

- **Red-team before purchase.** Give two people who know the service a week with the system and the
  task of making it fail. Let them write down every failure, and put the list before the board
  that decides on the purchase.
- **Ask for the evaluation record.** Request the supplier's test results for the version on offer,
  together with the tests that it failed and what was done about them.
- **Trace the training data.** Have the supplier state where its training data came from, under
  which licences, and how personal data was removed.
- **Write down who is affected.** List the groups of people whose lives the system touches, and ask
  at least one of their organisations what would harm them.

## In the contract

Purpose: Keep the rights that the buyer will need on a bad day.

1. Reserve the right to audit the system, or to have it audited by a third party, once a year and
   after every serious incident.
2. Require the supplier to report security incidents and harmful outputs within two working days of
   learning about them.
3. Forbid changes of the underlying model without thirty days' notice and a new evaluation.
4. Agree on an exit: the supplier returns all data in an open format, deletes its copies, and keeps
   the service running for ninety days.

## After delivery

- **Start with a pilot.** Run the system in one office for three months, with the old procedure
  still in place, and compare the outcomes before going further.
- **Keep a person in charge.** Name, for each decision that the system prepares, the official who
  can overrule it, and give that official the time to do so.
- **Train those who use it.** Teach staff, before they receive access, where the system is weak and
  how to recognise an invented answer.
- **Review once a year.** Repeat the tests made before the purchase, and switch the system off if
  it no longer passes them.

## Who keeps which document

| Phase               | Document            | Kept by             |
|---------------------|---------------------|---------------------|
| Before the contract | Failure list        | Project lead        |
| In the contract     | Audit clause        | Legal department    |
| After delivery      | Pilot report        | Head of the service |

## About this guideline

The guideline describes practice in mid-sized administrations. It is no legal advice. Comments are
welcome until the end of the year.
"""
