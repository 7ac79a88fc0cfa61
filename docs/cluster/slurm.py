"""A Dask cluster on SLURM, and a run of Gleaner over it: python slurm.py (on a login node)."""

import subprocess

from dask_jobqueue import SLURMCluster


def slurm_cluster() -> SLURMCluster:
    """Jobs of one worker with 16 threads each; adapt queue, time and the shared folder."""
    return SLURMCluster(
        queue="normal",
        cores=16,
        processes=1,  # one worker a node: its limited processes share what they import
        memory="64GB",
        walltime="12:00:00",
        log_directory="logs",
        local_directory="/tmp",
        job_script_prologue=["cd /shared/gleaner"],
        scheduler_options={"dashboard_address": "127.0.0.1:0"},
    )


if __name__ == "__main__":
    with slurm_cluster() as cluster:
        cluster.scale(jobs=8)
        command = ["gleaner", "extract", "--engine", cluster.scheduler_address]
        raise SystemExit(subprocess.run(command, cwd="/shared/gleaner").returncode)
