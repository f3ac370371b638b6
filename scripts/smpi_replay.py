# SPDX-License-Identifier: Apache-2.0
"""Replays of traces of MPI programs by SimGrid's SMPI, for who has it."""
import os
import pathlib
import re
import subprocess
import tempfile

# Links of 2 GB/s and 100 ns, and nothing that was calibrated with real networks: messages take
# hops and bytes, and share links by max-min fairness.
PLATFORM = """<?xml version='1.0'?>
<!DOCTYPE platform SYSTEM "https://simgrid.org/simgrid.dtd">
<platform version="4.1">
  <zone id="world" routing="Full">
    <cluster id="c" prefix="node-" radical="0-63" suffix="" speed="1Gf" bw="{bandwidth}" lat="100ns"
             topology="TORUS" topo_parameters="8,8" loopback_bw="8GBps" loopback_lat="50ns"{more}/>
  </zone>
</platform>
"""
CLEAN = ("network/model:CM02", "network/bandwidth-factor:1", "network/crosstraffic:0",
         "smpi/host-speed:1Gf")
# Its names of the algorithms that Ordito lists first.
ALGORITHMS = ("smpi/barrier:ompi_bruck", "smpi/bcast:binomial_tree", "smpi/reduce:binomial",
              "smpi/allreduce:rdb", "smpi/scatter:ompi_binomial", "smpi/allgather:ring",
              "smpi/alltoall:ring", "smpi/alltoallv:ring")
# By default the data of a message start when its receive has been posted; with this they start at
# once, as those of an eager message do.
EAGER = ("smpi/async-small-thresh:65536",)
SAME = ALGORITHMS + EAGER


def seconds(smpirun, archive, options, bandwidth="2GBps", more=""):
    """The simulated seconds of a trace in an archive, by links of a bandwidth and with more
    attributes of the cluster; None if SimGrid gave up."""
    with tempfile.TemporaryDirectory() as folder:
        return replayed(smpirun, archive, options, folder,
                        PLATFORM.format(bandwidth=bandwidth, more=more))


def replayed(smpirun, archive, options, folder, platform_text):
    subprocess.run(["tar", "--zstd", "-xf", str(archive), "-C", folder], check=True)
    place = pathlib.Path(folder, archive.name.removesuffix(".ti.tar.zst"))
    platform, hosts = pathlib.Path(folder, "torus.xml"), pathlib.Path(folder, "hosts")
    platform.write_text(platform_text, encoding="ascii")
    hosts.write_text("".join(f"node-{i}\n" for i in range(64)), encoding="ascii")
    ranks = len(place.joinpath("index.txt").read_text(encoding="ascii").split())
    command = [os.path.abspath(smpirun) if "/" in smpirun else smpirun, "-np", str(ranks),
               "-hostfile", str(hosts), "-platform", str(platform)]
    command += [f"--cfg={option}" for option in (*CLEAN, *options)] + ["-replay", "index.txt"]
    done = subprocess.run(command, cwd=place, capture_output=True, text=True, check=False)
    told = re.search(r"Simulation time ([\d.]+)", done.stdout + done.stderr)
    return float(told[1]) if told else None
