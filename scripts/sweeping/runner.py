# SPDX-License-Identifier: Apache-2.0
"""Makes the points of one job of a sweep, one after the other. Snakemake starts it.

usage: runner FOLDER JOB
The exit status tells of the job, not of its points: those that fail are noted, and the job goes on.
"""
import json
import signal
import subprocess
import sys

from sweeping.searches import Mode, search
from sweeping.simulator import INTERRUPTED, UNFINISHED, Base, Failed, is_result
from sweeping.store import Store
from sweeping.values import Value

LOOK_S = 0.2  # between looks at whether the sweep has been stopped
GRACE_S = 10  # for a run to end when it is told to
WITH_RESULT = (0, 3, 4, UNFINISHED)


class Stopped(Exception):
    """The sweep has been stopped, or another has begun in its folder."""


class Runner:
    """Makes points for a plan."""

    def __init__(self, folder):
        self.store = Store(folder)
        self.plan_state = self.store.plan.stat()
        self.plan = json.loads(self.store.plan.read_text(encoding="utf-8"))
        self.base = Base.of_plan(self.plan["base"])
        self.told = False
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self.tell)

    def tell(self, *_):
        """Of a signal."""
        self.told = True

    def is_stopped(self):
        """Whether nothing more is to be made."""
        return self.told or self.store.stop.exists()

    def check(self):
        """Stops where the sweep has been; also if it was killed, and another has made a plan."""
        try:
            state = self.store.plan.stat()
        except FileNotFoundError as error:
            raise Stopped from error
        if self.is_stopped() or state.st_ino != self.plan_state.st_ino:
            raise Stopped

    def make(self, settings, resolved):
        """Makes the result of a point if it is not there yet. Returns it; raises Failed."""
        key = resolved["key"]
        with self.store.making(key):
            result = self.store.result(key)
            if result is None:
                self.check()
                result = self.run(settings, resolved)
        return result

    def run(self, settings, resolved):
        """Runs the program for a point."""
        part = self.store.points / f"{resolved['key']}.part"
        part.unlink(missing_ok=True)  # of one that was killed
        process = self.base.start(
            [*settings, ("run.threads", self.plan["threads"])], ["--json", str(part)],
            stdout=subprocess.DEVNULL)
        errors = self.wait(process)
        status = process.returncode
        if status not in WITH_RESULT or not part.exists():
            part.unlink(missing_ok=True)
            if self.is_stopped() or status == INTERRUPTED:
                raise Stopped
            if status < 0:
                errors = f"the run was ended by signal {-status} ({signal.strsignal(-status)})"
            raise Failed(max(status, 1), self.base.reason(errors) or f"exit status {status}")
        result = json.loads(part.read_text(encoding="utf-8"))
        if not is_result(result, resolved):
            part.unlink()
            raise Failed(1, "program or configuration were changed while the sweep ran; start it "
                            "again")
        part.rename(self.store.path(resolved["key"]))
        return result

    def wait(self, process):
        """Waits for a run, and ends it if the sweep is stopped. What it said."""
        left_s = GRACE_S
        while True:
            try:
                return process.communicate(timeout=LOOK_S)[1]
            except subprocess.TimeoutExpired:
                if self.is_stopped():
                    left_s -= LOOK_S
                    process.terminate() if left_s > 0 else process.kill()

    def point(self, unit):
        """A point of the plan, whose resolved configuration is known."""
        try:
            self.make(unit["settings"], unit)
        except Failed as failure:
            self.store.keep_failure(unit["key"], failure.status, failure.reason)

    def search(self, unit, mode):
        """The points of a search."""
        def evaluate(request):
            changes = [(key, value.yaml) for key, value in mode.settings(request)]
            settings = [*unit["settings"], *changes]
            resolved = self.base.resolve(settings)
            try:
                return self.make(settings, resolved)
            except Failed as failure:
                self.store.keep_failure(resolved["key"], failure.status, failure.reason)
                raise
        try:
            search(mode, evaluate)
        except Failed:
            pass  # who reads the search comes to the same point

    def job(self, number):
        """The points of a job."""
        mode = self.plan["mode"]
        if mode:
            mode = Mode(**{**mode, "series": tuple(Value(*value) for value in mode["series"])})
        for index in self.plan["jobs"][number]:
            unit = self.plan["units"][index]
            self.check()
            if mode:
                self.search(unit, mode)
            else:
                self.point(unit)


def main():
    try:
        Runner(sys.argv[1]).job(int(sys.argv[2]))
    except Stopped:
        return INTERRUPTED
    return 0


if __name__ == "__main__":
    sys.exit(main())
