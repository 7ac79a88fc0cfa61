"""The bundled samples are what their script writes, byte for byte."""

import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).with_name("make_samples.py")
BUNDLED = Path(__file__).resolve().parents[1] / "raw" / "documents" / "samples"


def test_the_bundled_samples_can_be_made_again(tmp_path: Path) -> None:
    subprocess.run([sys.executable, str(SCRIPT), str(tmp_path)], check=True)
    assert contents(tmp_path) == contents(BUNDLED)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}
