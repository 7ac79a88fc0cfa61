"""The rules of the house that no linter knows: short files, and words that are true."""

import os
import re
import shlex
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import click
import pytest

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
MAKEFILE = ROOT / "Makefile"
LONGEST = 400

CODE = re.compile(r"^(`{3,}|~{3,})[^\n]*\n(.*?)^\1 *$|(`+)([^`\n]+)\3", re.MULTILINE | re.DOTALL)
TARGET = re.compile(r"^([a-z][a-z-]*):(?!=)(.*)$", re.MULTILINE)
VARIABLE = re.compile(r"^([A-Z_]+) *\?=", re.MULTILINE)
ASSIGNED = re.compile(r"([A-Z_]+)=")
WORD = re.compile(r"[a-z][a-z-]*")
OPTION = re.compile(r"--[a-z][a-z-]*")
ENDS_A_COMMAND = re.compile(r"[|&;<>()]+")


# --- files ---------------------------------------------------------------------------------------


def sources() -> list[Path]:
    return sorted(
        file for folder in ("pipeline", "tests") for file in ROOT.glob(f"{folder}/**/*.py")
    )


def test_no_file_is_longer_than_a_reader_can_hold() -> None:
    lengths = {
        str(file.relative_to(ROOT)): len(file.read_text(encoding="utf-8").splitlines())
        for file in sources()
    }
    assert lengths
    assert {name: length for name, length in lengths.items() if length > LONGEST} == {}


# --- the Makefile --------------------------------------------------------------------------------


def targets() -> dict[str, str]:
    """What stands behind each target that has a name for people."""
    return dict(TARGET.findall(MAKEFILE.read_text(encoding="utf-8")))


@pytest.fixture(scope="module")
def made_help() -> str:
    """What `make` alone prints, outside the make that may be running these tests."""
    outside = {key: value for key, value in os.environ.items() if not key.startswith("MAKE")}
    done = subprocess.run(["make"], cwd=ROOT, env=outside, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("target", sorted(targets()))
def test_make_help_explains_every_target(target: str, made_help: str) -> None:
    _, marked, explanation = targets()[target].partition("## ")
    assert marked, f"the target {target} says nothing after ##"
    assert re.search(rf"^ +{target} +{re.escape(explanation)}$", made_help, re.MULTILINE)


# --- what the README names -----------------------------------------------------------------------


def pieces(readme: str) -> Iterator[str]:
    """The lines of code in a Markdown text, fenced or within a sentence; continued lines joined."""
    for match in CODE.finditer(readme):
        yield from re.sub(r"\\\n\s*", " ", match[2] or match[4]).splitlines()


def words(line: str) -> list[str]:
    lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    try:
        return list(lexer)
    except ValueError:  # what a command printed, with an apostrophe in it
        return line.split()


def calls(readme: str, *program: str) -> Iterator[list[str]]:
    """The words after each naming of a program, up to the end of that command."""
    for line in pieces(readme):
        said = words(line)
        for start in range(len(said)):
            name, *rest = said[start : start + len(program)] or [""]
            if (Path(name).name, *rest) == program:
                after = said[start + len(program) :]
                ends = (n for n, word in enumerate(after) if ENDS_A_COMMAND.fullmatch(word))
                yield after[: next(ends, None)]


def unknown_to_make(readme: str) -> list[str]:
    """What a text would have make do, or set, that our Makefile does not know."""
    known = set(VARIABLE.findall(MAKEFILE.read_text(encoding="utf-8")))
    wrong = []
    for said in calls(readme, "make"):
        wrong += [word for word in said if WORD.fullmatch(word) and word not in targets()]
        wrong += [word for word in said if (set_ := ASSIGNED.match(word)) and set_[1] not in known]
    return wrong


def options(command: click.Command) -> set[str]:
    params = command.get_params(click.Context(command))
    return {name for param in params for name in (*param.opts, *param.secondary_opts)}


def children(command: click.Command) -> dict[str, click.Command]:
    if not isinstance(command, click.Group):
        return {}
    context = click.Context(command)
    found = {name: command.get_command(context, name) for name in command.list_commands(context)}
    return {name: child for name, child in found.items() if child is not None}


def family(command: click.Command) -> Iterator[click.Command]:
    yield command
    for child in children(command).values():
        yield from family(child)


def unknown_to_gleaner(readme: str, main: click.Command) -> list[str]:
    """The commands and options of Gleaner in a text that the program does not have."""
    wrong = []
    for said in (*calls(readme, "gleaner"), *calls(readme, "python", "-m", "pipeline")):
        command, known = main, options(main)
        for word in said:
            option = word.partition("=")[0]
            if child := children(command).get(word):
                command, known = child, known | options(child)
            elif command is main and isinstance(main, click.Group) and WORD.fullmatch(word):
                wrong.append(f"gleaner {word}")
                break
            elif OPTION.fullmatch(option) and option not in known:
                wrong.append(f"{command.name} {option}")
    alone = {line for line in pieces(readme) if OPTION.match(line)}
    anywhere = {name for command in family(main) for name in options(command)}
    wrong += [line for line in sorted(alone) if re.split(r"[ =]", line)[0] not in anywhere]
    return wrong


@cache
def gleaner() -> click.Command:
    from pipeline.__main__ import main

    return main


def test_the_readme_names_what_make_has() -> None:
    readme = README.read_text(encoding="utf-8")
    assert any(calls(readme, "make")), "the README names no make target"
    assert unknown_to_make(readme) == []


def test_the_readme_names_what_gleaner_has() -> None:
    readme = README.read_text(encoding="utf-8")
    assert any(calls(readme, "gleaner")), "the README names no command"
    assert unknown_to_gleaner(readme, gleaner()) == []


# --- and these checks see ------------------------------------------------------------------------


@click.group()
def sample() -> None: ...


@sample.command()
@click.option("--force/--gently")
def extract(force: bool) -> None: ...


@sample.group()
@click.option("--port")
def review(port: str) -> None: ...


@review.command("apply")
def review_apply() -> None: ...


@pytest.mark.parametrize(
    ("readme", "wrong"),
    [
        ("Do make sure, and gleaner than that.", []),
        ("`make run PATHS=some/dir`, or `PYTHON=python3.12 make -s test check`", []),
        ("`make tea`", ["tea"]),
        ("`make run PATH=some/dir`", ["PATH=some/dir"]),
        ("```sh\ncd gleaner && make test brew | tee log # make all\n```", ["brew"]),
    ],
)
def test_a_wrong_make_is_seen(readme: str, wrong: list[str]) -> None:
    assert unknown_to_make(readme) == wrong


@pytest.mark.parametrize(
    ("readme", "wrong"),
    [
        (
            "`gleaner extract raw --force`, `gleaner COMMAND --help`, `--gently`, `gleaner 0.1.0`",
            [],
        ),
        ("`gleaner review --port 80`, `.venv/bin/gleaner review apply FILE`", []),
        ("`gleaner extrakt`", ["gleaner extrakt"]),
        ("`python -m pipeline extract --hard=1`", ["extract --hard"]),
        ("```sh\n$ gleaner extract \\\n    --port 80 | jq --raw\n```", ["extract --port"]),
        ("`gleaner review apply --force`", ["apply --force"]),
        ("Say `--harder N`.", ["--harder N"]),
    ],
)
def test_a_wrong_gleaner_is_seen(readme: str, wrong: list[str]) -> None:
    assert unknown_to_gleaner(readme, sample) == wrong
