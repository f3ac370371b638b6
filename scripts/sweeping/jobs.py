# SPDX-License-Identifier: Apache-2.0
"""Has Snakemake make the points that are missing, and tells how far it is."""
import math
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
LOOK_S = 0.2
GRACE_S = 15  # for jobs to end when they are told to
PLAIN_S = 30  # between lines of progress where there is no terminal
JOBS_A_SLOT = 8  # so that slots are busy to the end
MAX_POINTS_A_JOB = 20


def share_out(num, slots, per_job):
    """Lists of the points' numbers, a list a job. Neighbours, which take alike, go to different
    jobs."""
    per_job = per_job or min(max(math.ceil(num / (JOBS_A_SLOT * slots)), 1), MAX_POINTS_A_JOB)
    num_jobs = math.ceil(num / per_job)
    return [list(range(job, num, num_jobs)) for job in range(num_jobs)]


def duration(seconds):
    """A time in words."""
    minutes, seconds = divmod(int(seconds + 0.5), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {seconds} s" if minutes else f"{seconds} s"


class Progress:
    """A line on standard error: rewritten on a terminal, else now and then a new one."""

    def __init__(self, what, quiet):
        self.what = what
        self.quiet = quiet
        self.terminal = sys.stderr.isatty()
        self.begin_s = self.told_s = time.monotonic()

    def show(self, done, total, more=""):
        """Tells that so many are done."""
        now_s = time.monotonic()
        if self.quiet or now_s - self.told_s < (LOOK_S if self.terminal else PLAIN_S):
            return
        self.told_s = now_s
        left = ""
        if 0 < done < total:
            left = f", {duration((now_s - self.begin_s) / done * (total - done))} left"
        text = f"{done} of {total} {self.what}{more}{left}"
        print(f"\r\033[K{text}" if self.terminal else f"sweep: {text}",
              end="" if self.terminal else "\n", file=sys.stderr, flush=True)

    def clear(self):
        """Takes the line away."""
        if self.terminal and not self.quiet:
            print("\r\033[K", end="", file=sys.stderr, flush=True)


def snakemake(store, profile, cores):
    """The command that makes the plan's points."""
    command = [sys.executable, "-m", "snakemake", "--snakefile", str(HERE / "Snakefile"),
               "--directory", str(store.work), "--nolock", "--keep-going", "--quiet", "progress", "rules"]
    if profile:
        command += ["--profile", str(profile)]
    if cores:
        command += ["--jobs", str(cores)]
    # It starts no more jobs when this process has been killed.
    setpriv = shutil.which("setpriv")
    return ([setpriv, "--pdeathsig", "TERM"] if setpriv else []) + command


def wait(process, look, store):
    """Waits for Snakemake. True if it was interrupted, and its jobs told to stop."""
    try:
        while process.poll() is None:
            look()
            time.sleep(LOOK_S)
        return False
    except KeyboardInterrupt:
        store.stop.touch()
    end_s = time.monotonic() + GRACE_S
    told = False
    while process.poll() is None:
        try:
            if time.monotonic() > end_s:
                process.kill()
            elif not told and time.monotonic() > end_s - GRACE_S + 1:
                told = True  # a terminal has told it already, another's signal has not
                process.send_signal(signal.SIGINT)  # by which it cancels jobs of a cluster, too
            time.sleep(LOOK_S)
        except KeyboardInterrupt:
            end_s = 0
    return True


def heed_interrupts():
    """Of a child: a shell's background jobs would ignore them."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def make_points(store, keys, total, quiet, profile, cores):
    """Makes the points of the store's plan. `keys` are those of its points, None of a search.
    Returns (interrupted, Snakemake's exit status)."""
    progress = Progress("points done", quiet)
    before = store.finished()

    def look():
        made = store.finished() - before
        failed = store.failed()
        if keys is not None:
            made &= keys
        progress.show(len(made) + len(failed), total, f", {len(failed)} failed")

    with (store.work / "log").open("w", encoding="utf-8") as log:
        environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1",
                       "XDG_CACHE_HOME": str(store.work / "cache")}  # there may be no home
        with subprocess.Popen(snakemake(store, profile, cores), stdin=subprocess.DEVNULL,
                              stdout=log, stderr=log, env=environment,
                              preexec_fn=heed_interrupts) as process:
            interrupted = wait(process, look, store)
    progress.clear()
    return interrupted, process.returncode
