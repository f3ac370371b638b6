# SPDX-License-Identifier: Apache-2.0
"""What scripts that run programs under tools of Valgrind share."""
import fcntl
import os
import shutil
import subprocess

from recording import die_with_parent

# A line a reference to memory; other processes that come of the program are silent. Valgrind drops
# loads whose values are not used, to a degree that is cachegrind's here, not lackey's own.
LACKEY = ["--tool=lackey", "--trace-mem=yes", "--basic-counts=no",
          "--child-silent-after-fork=yes", "--px-default=sp-at-mem-access",
          "--px-file-backed=sp-at-mem-access"]
PIPE_BYTES = 1 << 20


def start(tool, command, **options):
    """Starts a program under a tool. Returns it, and the pipe that what the tool says comes by. The
    program finds the same environment and the same open files under every tool."""
    reading, writing = os.pipe()
    fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
    running = subprocess.Popen(["valgrind", *tool, f"--log-fd={writing}", *command],
                               pass_fds=[writing], preexec_fn=die_with_parent, **options)
    os.close(writing)
    return running, reading


def lacking(command):
    """What there is not that it takes to run the command, in words, or None."""
    if not shutil.which("valgrind"):
        return "valgrind is not installed; scripts/install-deps trace installs it"
    if not shutil.which(command[0]):
        return f"{command[0]}: no such program"
    return None
