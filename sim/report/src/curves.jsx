// SPDX-License-Identifier: Apache-2.0
// The curves of one run: how latencies are distributed, and how it went over time.
import { useMemo } from "preact/hooks";
import { Chart } from "./chart.jsx";
import { figure } from "./data.js";
import { number } from "./format.js";

export function Curves({ run }) {
    return (
        <section id="curves" aria-labelledby="curves-title">
            <h2 id="curves-title">Curves</h2>
            <div class="charts">
                {run.latency && <Distribution run={run} />}
                {run.over_time && <OverTime run={run} />}
            </div>
        </section>
    );
}

function Distribution({ run }) {
    const { latency, result } = run;
    const [x, series] = useMemo(() => [
        latency.counts.map((_, i) => latency.first_cycles + i * latency.bin_cycles),
        [{ label: "packets", values: latency.counts, kind: "bars", colour: 0 }],
    ], [run]);
    const at = (name) => figure(result, `fabric.latency_cycles.${name}`);
    const marks = ["mean", "p50", "p99"].filter((name) => at(name) !== null)
        .map((name) => ({ x: at(name), label: `${name} ${number(at(name))}` }));
    const width = latency.bin_cycles;
    const bins = width === 1 ? "a cycle" : `${number(width)} cycles`;
    return <Chart title="Latency of packets" x={x} width={width} series={series} marks={marks}
        xLabel={`latency in cycles, bins of ${bins}`} yLabel="packets"
        note={latency.beyond > 0 ? `${number(latency.beyond)} packets took longer than is shown.`
            : null} />;
}

function OverTime({ run }) {
    const time = run.over_time;
    const nodes = figure(run.result, "topology.nodes");
    const [x, load, latency] = useMemo(() => {
        const per = (flits, i) => flits / nodes / (Math.min(run.result.cycles,
            (i + 1) * time.bucket_cycles) - i * time.bucket_cycles || 1);
        const created = time.created_flits.map(per), ejected = time.ejected_flits.map(per);
        const mean = time.latency_cycles.map((sum, i) =>
            (time.packets[i] ? sum / time.packets[i] : null));
        return [created.map((_, i) => i * time.bucket_cycles),
                [{ label: "offered", values: created, kind: "steps", colour: 1 },
                 { label: "accepted", values: ejected, kind: "steps", colour: 0 }],
                [{ label: "mean latency", values: mean, kind: "steps", colour: 2 }]];
    }, [run]);
    const marks = time.window_from_cycle !== null ? [
        { x: time.window_from_cycle, label: "measured from" },
        { x: time.window_to_cycle, label: "to" }] : [];
    const width = time.bucket_cycles;
    const over = `cycle, stretches of ${number(width)}`;
    return <>
        <Chart title="Load over time" x={x} width={width} xLabel={over}
            yLabel="flits a node and cycle" series={load} marks={marks} />
        <Chart title="Latency over time, of packets by their arrival" x={x} width={width}
            xLabel={over} yLabel="cycles" series={latency} marks={marks} />
    </>;
}
