# SPDX-License-Identifier: Apache-2.0
"""The program as sweeps use it: what it makes of a configuration, and runs of it.

A point's key is a hash of all that decides its results: the resolved configuration, the content of
the files that it names, the back end, and the program's version, itself a hash of its sources.
"""
import hashlib
import json
import os
import pathlib
import re
import subprocess

CONFIGURATION = 2  # exit statuses
UNFINISHED = 5
INTERRUPTED = 130
RANKS = (0, CONFIGURATION, 1, 6, 3, 4)  # of exit statuses: the last of these that occurred counts
INDEX_BYTES = 1 << 20  # longest text that is looked through for names of further files


class Failed(Exception):
    """Why there is no result, with the exit status."""

    def __init__(self, status, reason):
        super().__init__(reason)
        self.status = status
        self.reason = reason


def worst(statuses):
    """The exit status of many runs."""
    return max(statuses, key=lambda status: RANKS.index(status if status in RANKS else 1),
               default=0)


def digest_files(path):
    """A hash of what is in a file, with the files that its lines name (as an index of a trace
    does), or of all files in a folder. A missing file hashes as nothing."""
    digest = hashlib.sha256()
    if path.is_dir():
        files = sorted(file for file in path.rglob("*") if file.is_file())
    else:
        files = [path]
    for file in files:
        try:
            content = file.read_bytes()
        except OSError:
            continue
        digest.update(hashlib.sha256(content).digest())
        if file == path and len(content) <= INDEX_BYTES and b"\0" not in content:
            files += [path.parent / name for name in content.decode(errors="replace").split()
                      if "/" not in name[:1] and (path.parent / name).is_file()
                      and path.parent / name != path]
    return digest.hexdigest()


class Base:
    """What all points of a sweep have in common: a configuration, and where it is read."""

    def __init__(self, program, folder, path, text, settings, name, places):
        self.program = program
        self.folder = folder  # where relative paths begin
        self.path = path      # of a configuration, or None:
        self.text = text      # itself
        self.settings = settings  # {key: YAML}, on top of it
        self.name = name      # of the file that has the text, for errors
        self.places = places  # {key: "FILE:LINE"} of what is set
        self.digests = {}     # of input files

    @classmethod
    def of_plan(cls, plan):
        """The base that `as_plan` wrote down."""
        return cls(**plan)

    def as_plan(self):
        """Itself as JSON can hold it."""
        return {key: getattr(self, key)
                for key in ("program", "folder", "path", "text", "settings", "name", "places")}

    def start(self, settings, options, **streams):
        """Starts the program on the base with settings [(key, YAML)]."""
        command = [self.program, "run", self.path or "-", "--quiet", *options]
        for key, value in [*self.settings.items(), *settings]:
            command += ["--set", f"{key}={value}"]
        process = subprocess.Popen(command, cwd=self.folder, stdin=subprocess.PIPE,
                                   stderr=subprocess.PIPE, text=True, **streams)
        try:
            process.stdin.write(self.text)
            process.stdin.close()
        except BrokenPipeError:
            pass
        process.stdin = None
        return process

    def reason(self, errors):
        """What the program said, with places in the files that the user knows."""
        text = errors.removeprefix("ordito: ").replace("standard input:", f"{self.name}:").strip()
        match = re.match(r"--set: ([a-z0-9_.]+)", text)
        known = [key for key in self.places if match and f"{match[1]}.".startswith(f"{key}.")]
        return f"{self.places[max(known, key=len)]}: {text[len('--set: '):]}" if known else text

    def resolve(self, settings):
        """What the program makes of a point, as `ordito run --dry-run` prints it."""
        process = self.start(settings, ["--dry-run"], stdout=subprocess.PIPE)
        output, errors = process.communicate()
        if process.returncode != 0:
            raise Failed(process.returncode, self.reason(errors) or
                         f"{self.program}: exit status {process.returncode}")
        resolved = json.loads(output)
        resolved["digests"] = [self.digest(path) for path in resolved["inputs"]]
        if resolved["backend"] != "ref" and os.environ.get("ORDITO_RTL"):
            resolved["digests"].append(self.digest(os.environ["ORDITO_RTL"]))
        resolved["key"] = point_key(resolved, resolved)
        return resolved

    def digest(self, path):
        """The hash of an input file, taken once."""
        if path not in self.digests:
            self.digests[path] = digest_files(pathlib.Path(self.folder, path))
        return self.digests[path]


def point_key(result, resolved):
    """The key of a result whose configuration resolved as told."""
    parts = [result["version"], result["config"], resolved["backend"], resolved["digests"]]
    text = json.dumps(parts, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:24]


def is_result(result, resolved):
    """Whether a result, or None, is that of the configuration that resolved as told."""
    try:
        return point_key(result, resolved) == resolved["key"]
    except (KeyError, TypeError):
        return False


def figures(program):
    """The paths of all figures that results may have, and those of the host, of a run of three
    cycles."""
    def run(*options):
        return subprocess.run([program, "run", "--quiet", "--set", "fabric.topology.nodes=4",
                               "--set", "run.max_cycles=3", "--set", "run.slice=true", *options],
                              stdout=subprocess.PIPE, check=True, text=True).stdout
    host = [f"host.{name}" for name in json.loads(run("--json", "-"))["host"]]
    return run("--csv", "-").splitlines()[0].split(",")[:-1], host
