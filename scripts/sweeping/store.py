# SPDX-License-Identifier: Apache-2.0
"""The folder of a sweep's results.

points/KEY.json     the program's result, whole or not there; named by what decides it
work/               of the sweep that runs: its plan, failures, and what Snakemake keeps
sweep.lock          held by the sweep that runs; points/lock by who makes a point
"""
import contextlib
import fcntl
import json
import os
import pathlib
import shutil
import time


class Store:
    """The folder, which is made."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.points = self.folder / "points"
        self.work = self.folder / "work"
        self.failures = self.work / "failed"
        self.plan = self.work / "plan.json"
        self.stop = self.work / "stop"
        self.points.mkdir(parents=True, exist_ok=True)

    def path(self, key):
        """Where the result of a point is."""
        return self.points / f"{key}.json"

    def result(self, key):
        """A result, or None; also where a file is damaged, as a failing disk may leave it."""
        try:
            result = json.loads(self.path(key).read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            return None
        return result if isinstance(result, dict) and "outcome" in result else None

    def finished(self):
        """Keys of all results."""
        return {name[:-5] for name in os.listdir(self.points) if name.endswith(".json")}

    def failure(self, key):
        """[status, reason] of a point that failed in the sweep that runs, or None."""
        try:
            return json.loads((self.failures / key).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None

    def failed(self):
        """Keys of all points that failed in the sweep that runs."""
        return set(os.listdir(self.failures)) if self.failures.is_dir() else set()

    def keep_failure(self, key, status, reason):
        """Notes that a point failed."""
        write_whole(self.failures / key, json.dumps([status, reason]))

    def renew_work(self, plan):
        """Drops what an earlier sweep left, and writes a plan."""
        self.drop_work()
        for part in self.folder.glob("*.part"):
            part.unlink()
        self.failures.mkdir(parents=True)
        write_whole(self.plan, json.dumps(plan))

    def drop_work(self):
        """Removes what only a running sweep needs. Jobs that outlive their sweep may still write
        there, so it is first put out of the way."""
        if self.work.is_dir():
            self.work.rename(self.folder / f"work.{time.time_ns()}.old")
        for old in self.folder.glob("work.*.old"):
            shutil.rmtree(old, ignore_errors=True)

    def lock(self):
        """Locks the folder against other sweeps until the process ends. The open file, or None."""
        file = (self.folder / "sweep.lock").open("w", encoding="utf-8")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            return None
        return file

    @contextlib.contextmanager
    def making(self, key):
        """Waits until nobody else makes this point. The kernel frees the lock of who is killed."""
        with (self.points / "lock").open("w", encoding="utf-8") as file:
            fcntl.lockf(file, fcntl.LOCK_EX, 1, int(key[:15], 16))
            yield


@contextlib.contextmanager
def whole(path):
    """The name to write a file under, which appears at its path once all is written."""
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        yield part
        os.replace(part, path)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error
    finally:
        part.unlink(missing_ok=True)


def write_whole(path, text):
    """Makes a file appear with all of its text."""
    with whole(path) as part:
        part.write_text(text, encoding="utf-8")
