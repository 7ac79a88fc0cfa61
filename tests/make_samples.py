"""Write the bundled samples: `python tests/make_samples.py [FOLDER]`.

Without a folder, raw/documents/samples is rewritten. The bytes depend on no clock, place or locale.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

from samples import guideline, record_pages, report, survey

FOLDER = Path(__file__).resolve().parents[1] / "raw" / "documents" / "samples"

REPORT_SIDECAR = """\
url = "https://example.org/harbour/frontier-controls.pdf"
retrieved = "2025-04-02"
licence = "Apache-2.0, written for this project"

[bibliography]
title = "Harbour Frontier Controls"
authors = ["Lindqvist, Per", "Moreau, Claire", "Tan, Wei Ling"]
year = 2025
"""
SURVEY_SIDECAR = """\
url = "https://example.org/harbour/survey-safety-practices.csv"
retrieved = "2025-06-17"
licence = "Apache-2.0, written for this project"

[bibliography]
title = "Safety Practices of Organisations That Use AI: Survey Answers"
authors = ["Moreau, Claire", "Marsh, Tobias"]
year = 2025
"""


def samples() -> Iterator[tuple[str, bytes]]:
    """Yield the name and the bytes of each sample."""
    yield "guideline-safe-procurement.md", guideline.MARKDOWN.encode()
    yield "harbour-frontier-controls.pdf", report.as_pdf()
    yield "harbour-frontier-controls.pdf.toml", REPORT_SIDECAR.encode()
    incident_sharing = record_pages.as_dump(record_pages.INCIDENT_SHARING)
    yield "record-page-incident-sharing.txt", incident_sharing.encode()
    staged_release = record_pages.as_html(record_pages.STAGED_RELEASE)
    yield "record-page-staged-release.html", staged_release.encode()
    yield "survey-safety-practices.csv", survey.as_csv().encode()
    yield "survey-safety-practices.csv.toml", SURVEY_SIDECAR.encode()


def main() -> None:
    """Write every sample into the folder, replacing what was there."""
    parser = argparse.ArgumentParser(description="Write the bundled samples.")
    parser.add_argument("folder", nargs="?", type=Path, default=FOLDER)
    folder: Path = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in samples():
        (folder / name).write_bytes(content)


if __name__ == "__main__":
    main()
