"""Refreshing on a timer: what systemd, cron or GitHub Actions must be told, for this folder."""

import json
import shlex
import sys
import zlib
from pathlib import Path

from pipeline.run.every import NAMES, interval
from pipeline.store import Store

HOUR = 3  # of the night: when few others ask


class Unusable(Exception):
    """A time that the timer asked for cannot keep; the message says which it can."""


def schedule(kind: str, store: Store, every: str, ping: str = "") -> dict[str, str]:
    """The files by name for `systemd`, `cron` or `github`. Raises Unusable."""
    try:
        interval(every)
    except ValueError as error:
        raise Unusable(f"{error}.") from error
    if kind == "systemd":
        return _systemd(store, every, ping)
    if kind == "cron":
        return {"gleaner.cron": _cron(store, every, ping)}
    return {"refresh.yml": _github(every)}


def _command(store: Store, every: str, ping: str) -> list[str]:
    words = [sys.executable, "-m", "pipeline", "refresh", "--skip-if-running", "--every", every]
    words += ["--raw", str(store.raw), "--extracted", str(store.extracted)]
    return [*words, "--ping", ping] if ping else words


# --- systemd --------------------------------------------------------------------------------------


def _systemd(store: Store, every: str, ping: str) -> dict[str, str]:
    command = " ".join(map(_quoted, _command(store, every, ping)))
    if every in NAMES:
        when = f"OnCalendar={every}\nPersistent=true\nRandomizedDelaySec=30min"
    else:
        when = f"OnBootSec=10min\nOnUnitActiveSec={int(interval(every).total_seconds())}s"
    service = f"""\
[Unit]
Description=Gleaner: fetch what changed in {_safe(str(store.raw))}, and read it
Wants=network-online.target
After=network-online.target

[Service]
Type=oneshot
WorkingDirectory={_safe(str(store.raw.parent))}
ExecStart={command}
# 1: done, but something was set aside; the report says what.
SuccessExitStatus=1
Nice=10
NoNewPrivileges=true
PrivateTmp=true
ProtectSystem=strict
ReadWritePaths={_quoted(str(store.raw))} {_quoted(str(store.extracted))}
"""
    timer = f"""\
[Unit]
Description=Gleaner: refresh {_safe(str(store.raw))} ({every})

[Timer]
{when}

[Install]
WantedBy=timers.target
"""
    return {"gleaner.service": service, "gleaner.timer": timer}


def _safe(text: str) -> str:
    return text.replace("%", "%%")


def _quoted(word: str) -> str:
    """A word of a unit file: quoted as C would, `%` and `$` doubled."""
    return json.dumps(_safe(word).replace("$", "$$"), ensure_ascii=False)


# --- cron -----------------------------------------------------------------------------------------


def _cron(store: Store, every: str, ping: str) -> str:
    minute = zlib.crc32(str(store.raw).encode()) % 60  # not all on the hour
    command = shlex.join(_command(store, every, ping))
    line = f"cd {shlex.quote(str(store.raw.parent))} && {command}".replace("%", r"\%")
    return (
        f"# Gleaner: fetch what changed, and read it. Append to `crontab -e`.\n"
        f"# Exit code 1: done, but something was set aside; the report says what.\n"
        f"{_when(every, minute)} {line}\n"
    )


def _when(every: str, minute: int) -> str:
    hours = int(interval(every).total_seconds()) // 3600
    if every == "monthly":
        return f"{minute} {HOUR} 1 * *"
    if hours == 1:
        return f"{minute} * * * *"
    if hours < 24 and 24 % hours == 0:
        return f"{minute} */{hours} * * *"
    if hours == 24:
        return f"{minute} {HOUR} * * *"
    if hours == 7 * 24:
        return f"{minute} {HOUR} * * 1"
    raise Unusable(
        f"A crontab cannot say {every}: take hourly, daily, weekly, monthly, hours that divide a "
        "day, or --systemd."
    )


# --- GitHub Actions -------------------------------------------------------------------------------


def _github(every: str) -> str:
    minute = 17  # the hour is when GitHub has most to do
    return f"""\
# Gleaner: fetch what changed, read it, and keep the new originals. Put it in .github/workflows/.
name: refresh
on:
  schedule:
    - cron: "{_when(every, minute)}"
  workflow_dispatch:
permissions:
  contents: write
concurrency:
  group: gleaner-refresh
  cancel-in-progress: false
jobs:
  refresh:
    runs-on: ubuntu-latest
    timeout-minutes: 300
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-python@v5
        with:
          python-version: "3.11"
      - uses: actions/cache@v4
        with:
          path: extracted
          key: extracted-${{{{ github.run_id }}}}
          restore-keys: extracted-
      - run: python -m pip install .
      - run: gleaner refresh --skip-if-running --every "{every}"
      - name: Keep the new originals
        if: always()
        run: |
          git config user.name gleaner
          git config user.email gleaner@users.noreply.github.com
          git add raw
          git diff --cached --quiet || (git commit -m "Originals as fetched" && git push)
      - uses: actions/upload-artifact@v4
        if: always()
        with:
          name: runs
          path: extracted/runs/*.html
"""


def write_schedule(files: dict[str, str], folder: Path) -> list[Path]:
    """Write the files into a folder. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return [folder / name for name in files]
