#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What the shipped examples of full nodes show (sim/NODES.md, sim/SOFTWARE.md): their shapes, not their figures.
# usage: tests/nodes.sh PROGRAM
set -u
ordito=$(realpath "${1:-build/ordito}")
examples=$(realpath "$(dirname "$0")/../sim/examples")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
failed=0

# True if a Python expression holds of the runs: `time` is the list of their makespans, and
# of("nodes.bus.utilisation.max") that of any other figure.
cat >holds.py <<'PY'
import csv, sys
rows = list(csv.DictReader(open("runs.csv")))
def of(figure):
    return [float(row[figure]) for row in rows]
def rises(values):
    return all(a < b for a, b in zip(values, values[1:]))
def near(value, expected, share):
    return abs(value - expected) <= share * expected
time = of("application.makespan_cycles")
cycles = "nodes.software.cycles."
copies = [(s + r) / max(1, cores - waits) for s, r, cores, waits in zip(
    of(cycles + "copy_send"), of(cycles + "copy_receive"), of("nodes.cycles"),
    of("nodes.core.wait_cycles.source"))] # share of the time in which cores do not wait
if not eval("(" + sys.argv[1] + ")"):
    print([row["outcome"] for row in rows], time)
    sys.exit(1)
PY

# shape WORDS EXPRESSION EXAMPLE ARGUMENT...: of the runs that the arguments make of an example.
shape() {
    local words=$1 expression=$2 example=$3
    shift 3
    if ! "$ordito" run "$examples/$example.yaml" --quiet --csv runs.csv "$@" >out 2>&1 ||
        ! python3 holds.py "$expression" >>out 2>&1; then
        failed=$((failed + 1))
        printf 'FAILED: %s\n' "$words"
        sed 's/^/    /' out | head -n 12
    fi
}

channels=(nodes-channels --vary 'nodes.nic.channels=[1, 2, 3, 8]')
shape "a second DMA channel doubles what a bus with room carries" \
    'near(time[0], 2 * time[1], 0.05) and of("nodes.bus.utilisation.max")[1] < 0.7' "${channels[@]}"
shape "a third one fills the bus, and more bring little" \
    'time[2] < 0.8 * time[1] and time[3] > 0.85 * time[2] and
     of("nodes.bus.utilisation.max")[3] > 0.9' "${channels[@]}"
shape "channels do not help where the bus is full already" \
    'near(time[0], time[1], 0.03)' "${channels[0]}" --set nodes.nic.dma_outstanding=16 \
    --vary 'nodes.nic.channels=[2, 8]'

shape "programmed I/O wins for short messages, DMA for long ones" \
    'rises(time[2::-1]) and rises(time[3:]) and
     of("nodes.nic.pio_sent") == [0, 40, 80, 160, 200, 240, 280, 320]' \
    nodes-pio --vary 'nodes.driver.pio_bytes=[0, 8, 16, 64, 128, 256, 512, 1024]'

traces=$(printf '%s, ' "$examples"/nodes-stream-{0,16,32,48}.trace)
stream=(nodes-stream --vary "workload.path=[${traces%, }]")
shape "a core can fill the bus, and DMA cannot fill it more" \
    'min(of("nodes.bus.utilisation.max")) > 0.95 and
     near(of("nodes.bus.utilisation.max")[3], of("nodes.bus.utilisation.max")[0], 0.01)' \
    "${stream[@]}"
shape "DMA slows a core that fills the bus by the time of its data, and little more" \
    'all(1 <= (t - time[0]) / (d / 2) < 1.1
         for t, d in list(zip(time, of("nodes.bus.dma.data_cycles")))[1:])' "${stream[@]}"
shape "and less a core that waits for each line by itself" \
    'rises(time) and all((t - time[0]) / (d / 2) < 0.8
         for t, d in list(zip(time, of("nodes.bus.dma.data_cycles")))[1:])' \
    "${stream[@]}" --set nodes.core.max_load_misses=0

shape "polling wins where messages come at a high rate, interrupts where a program computes" \
    'time[0] < 0.8 * time[1] and time[3] < 0.9 * time[2] and time[5] < time[4]' \
    nodes-arrival --vary 'workload.compute_scale=[0.01, 1, 4]' \
    --vary 'nodes.software.arrival=[polling, interrupt]'
shape "a full send ring is noticed without polling" \
    'time[0] > 200000 and of("nodes.nic.messages_sent") == [320]' \
    nodes-arrival --set workload.eager_bytes=100000 --set nodes.driver.piece_bytes=4096

shape "a network processor costs most with short packets" \
    'time[1] > 2 * time[0] and time[2] < time[3] < 1.3 * time[2]' \
    nodes-processor --vary 'fabric.packet.max_flits=[9, 33]' --vary 'nodes.nic.processor=[false, true]'
shape "and is as good as fixed hardware if it is fast enough" \
    'time[0] > 1.5 * time[1] and near(time[2], time[3], 0.02)' \
    nodes-processor --set fabric.packet.max_flits=9 --vary 'nodes.nic.processor_num=[1, 2, 4, 8]'

shape "checksums cost it much, and fixed hardware little" \
    'near(time[1], time[0], 0.05) and time[3] > 4 * time[2]' nodes-processor \
    --vary 'nodes.nic.processor=[false, true]' --vary 'nodes.driver.checksum=[false, true]'

shape "a larger L2 misses less, until the program fits" \
    'rises(of("nodes.l2.miss_rate")[3::-1]) and rises(time[3::-1]) and time[4] == time[5]' \
    nodes-cache --vary 'nodes.l2.size_bytes=[8192, 16384, 32768, 65536, 131072, 262144]'

loss=(nodes-loss --vary 'fabric.channel.faults.drop_rate=[0, 0.0001, 0.001, 0.01]')
shape "the more is lost, the longer a program takes" \
    'rises(time) and rises(of("nodes.nic.retransmissions")) and time[1] < 1.1 * time[0]' "${loss[@]}"
shape "a time-out that is too short sends what has come" \
    'of("nodes.nic.duplicates")[0] > 10 * of("nodes.nic.duplicates")[1] and
     rises(time[1:])' nodes-loss --vary 'nodes.nic.retransmit_timeout_cycles=[500, 2000, 20000]'

shape "nodes at half the clock slow a program" 'time[1] > 1.1 * time[0]' \
    nodes-cluster --vary 'nodes.groups=[[], [{of: 0-31, clock_hz: 1.2e9}]]'

shape "a buffer outside of memory is counted, and its message ends" 'of("nodes.driver.errors")[0] > 0' \
    nodes-channels --set nodes.software.kernel_buffer_bytes=65536 \
    --vary 'nodes.mem.size_bytes=[1048576]'

# Of sim/SOFTWARE.md.
paths() { printf 'workload.path=[%s]' "$(printf "$examples/software-%s.trace, " "$@" | sed 's/, $//')"; }
shape "copies dominate large messages, and each one adds as much again" \
    'all(s < 0.2 for s in copies[:2]) and all(s > 0.8 for s in copies[2:]) and
     near(of("nodes.software.cycles.copy_send")[3], 2 * of("nodes.software.cycles.copy_send")[2], 0.2)' \
    software-path --vary "$(paths 64 16384)" --vary 'nodes.software.send_copies=[1, 2]'
shape "to pin a page takes longer than to copy little of it" 'time[0] > 1.2 * time[1]' \
    software-path --vary 'nodes.software.send_copies=[0, 1]'
shape "the kernel costs small messages a trap and demultiplexing" \
    'near(time[0] - time[2], 40 * 200 / 2.4, 0.01) and near(time[0] - time[1], 40 * 150 / 2.4, 0.03)' \
    software-path --set nodes.mem.t_refi_cycles=0 --set nodes.software.send=polling \
    --vary 'nodes.software.trap_cycles=[200, 0]' --vary 'nodes.software.demultiplex_cycles=[150, 0]'
shape "by user they are faster" 'time[0] < 0.8 * time[1]' software-path \
    --set nodes.software.send=polling --vary 'nodes.software.path=[user, kernel]'
shape "polling wins at high rates, interrupts where another process could use the time" \
    'time[0] < 0.5 * time[1] and time[3] < 0.85 * time[2] and near(time[4], time[5], 0.01)' \
    software-rate --vary 'workload.compute_scale=[0.01, 1, 100]' \
    --vary 'nodes.software.arrival=[polling, interrupt]'
shape "copy-on-write wins where a buffer is left alone, and loses where it is changed" \
    'time[1] < 0.85 * time[0] and time[3] > time[2] and of("nodes.software.faults")[3] > 200' \
    software-write --vary "$(paths kept changed)" --vary 'nodes.software.send=[copy, copy-on-write]'
shape "a blocking send is best where processes share a core, and alone it is not" \
    'time[0] > 1.1 * time[1] and time[2] < 0.97 * time[3]' software-threads \
    --vary 'nodes.ranks_per_node=[1, 4]' --vary 'nodes.software.send=[blocking, copy-on-write]'
shape "a pop-up thread costs its making and two switches more than an interrupt" \
    'time[0] < time[3] < time[1] < time[2] and
     near(time[2] - time[1], 40 * (1500 + 2 * 2000) / 2.4, 0.02)' software-path \
    --set nodes.software.path=user --vary 'nodes.software.arrival=[polling, interrupt, pop-up, active]'

[ "$failed" -eq 0 ]
