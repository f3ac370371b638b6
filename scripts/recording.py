# SPDX-License-Identifier: Apache-2.0
"""What scripts that record programs share."""
import contextlib
import ctypes
import os
import shutil
import signal
import subprocess

COMPRESSORS = {".zst": ["zstd", "-q", "-9", "-T1"], ".xz": ["xz", "-T1"], ".gz": ["gzip"],
               ".bz2": ["bzip2"]}
PR_SET_CHILD_SUBREAPER = 36
PR_SET_PDEATHSIG = 1
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupted(Exception):
    """One of SIGNALS."""


def interrupt(number, _frame):
    raise Interrupted(signal.Signals(number).name)


def take_signals():
    """Makes SIGNALS exceptions, but for those that whoever started this wants ignored."""
    for number in SIGNALS:
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, interrupt)


def ignore_signals():
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)


def die_with_parent():
    """In a child: is ended with this process, however that ends."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def adopt():
    """Makes processes whose parent has ended, and which came of this one, children of it."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def children():
    """The processes whose parent this is; those whose own parent has ended come to be so."""
    found = []
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{name}/stat", encoding="latin-1") as file:
                parent = int(file.read().rpartition(")")[2].split()[1])
        except OSError:  # it has just ended
            continue
        if parent == os.getpid():
            found.append(int(name))
    return found


def end_children(but=None):
    """Ends all processes that came of the program, some of which become children only now."""
    while left := [child for child in children() if child != but]:
        for child in left:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)


def split(arguments):
    """The arguments before the first --, and the command behind it."""
    mark = arguments.index("--") if "--" in arguments else len(arguments)
    return arguments[:mark], arguments[mark + 1:]


def how_ended(command, status):
    """What became of a program, in words."""
    if status < 0:
        return f"{command[0]} was ended by {signal.Signals(-status).name}"
    return f"{command[0]} ended with status {status}"


class TraceFile:
    """A file that is compressed as its suffix says while it is written, and has its name only once
    it is whole."""

    def __init__(self, path):
        self.path = path
        self.temporary = f"{path}.{os.getpid()}.part"
        self.compressor = self.file = self.sink = None

    def lacking(self):
        """The compressor that is not installed, or None."""
        command = COMPRESSORS.get(os.path.splitext(self.path)[1])
        return command[0] if command and not shutil.which(command[0]) else None

    def open(self):
        command = COMPRESSORS.get(os.path.splitext(self.path)[1])
        self.file = open(self.temporary, "wb")  # pylint: disable=consider-using-with
        self.sink = self.file
        if command:
            # In a session of its own: Ctrl-C is for this process, which ends the compressor.
            self.compressor = subprocess.Popen(
                command + ["-c"], stdin=subprocess.PIPE, stdout=self.file,
                start_new_session=True, preexec_fn=die_with_parent)
            self.sink = self.compressor.stdin

    def complete(self):
        """Nothing more will be written. It still has its temporary name."""
        if self.compressor:
            self.compressor.stdin.close()
            if self.compressor.wait() != 0:
                raise OSError(f"{self.compressor.args[0]} failed")
        self.file.close()

    def name(self):
        os.replace(self.temporary, self.path)

    def give_up(self):
        """Nothing of it is left. The compressor has ended, or will be ended."""
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self.temporary)
