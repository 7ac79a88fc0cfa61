"""The examples of docs/cluster, as far as one machine can check them."""

import subprocess
import sys
from pathlib import Path

import kubernetes_validate
import yaml

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "cluster"


def test_the_kubernetes_example_fits_the_schemas() -> None:
    found = list(yaml.safe_load_all((FOLDER / "kubernetes.yaml").read_text(encoding="utf-8")))
    assert [one["kind"] for one in found].count("Deployment") == 2
    for one in found:
        kubernetes_validate.validate(one, "1.34", strict=True)


def test_the_slurm_example_writes_a_job_that_a_shell_reads() -> None:
    program = "from slurm import slurm_cluster\nwith slurm_cluster() as c: print(c.job_script())"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=FOLDER, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    for line in ("#SBATCH -p normal", "#SBATCH --cpus-per-task=16", "--nthreads 16", "--nanny"):
        assert line in done.stdout
    checked = subprocess.run(["bash", "-n"], input=done.stdout, text=True, capture_output=True)
    assert checked.returncode == 0, checked.stderr
