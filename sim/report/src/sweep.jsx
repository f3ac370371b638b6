// SPDX-License-Identifier: Apache-2.0
// The runs of a sweep: a row each, and a figure against the values of an axis.
import { useMemo, useState } from "preact/hooks";
import { Chart } from "./chart.jsx";
import { data, figure, runs, shortKey } from "./data.js";
import { number } from "./format.js";

const FIGURES = [
    ["fabric.latency_cycles.mean", "mean latency", "cycles"],
    ["fabric.latency_cycles.p99", "latency that 99 % do not exceed", "cycles"],
    ["fabric.accepted_flits_per_node_cycle", "accepted load", "flits a node and cycle"],
    ["fabric.channel_utilisation.mean", "mean channel utilisation", "share of time"],
    ["fabric.hops.mean", "mean hops", "channels"],
    ["application.makespan_cycles", "makespan", "cycles"],
    ["nodes.core.stalled", "share of the cores' time stalled", "share of time"],
    ["cycles", "simulated cycles", "cycles"],
];

const known = (path) => runs.some((run) => run.result && figure(run.result, path) !== null);

export function Sweep({ chosen, onRun }) {
    const figures = FIGURES.filter(([path]) => known(path));
    const longest = data.axes.reduce((best, axis, a) =>
        (axis.values.length > data.axes[best].values.length ? a : best), 0);
    const [axis, setAxis] = useState(longest);
    const [path, setPath] = useState(figures[0]?.[0]);
    const [logarithmic, setLogarithmic] = useState(false);
    return (
        <section id="runs" aria-labelledby="runs-title">
            <h2 id="runs-title">Runs</h2>
            <div class="row">
                <label>Show <select value={path} onChange={(e) => setPath(e.target.value)}>
                    {figures.map(([p, name]) => <option value={p}>{name}</option>)}</select></label>
                <label>against <select value={axis} onChange={(e) => setAxis(Number(e.target.value))}>
                    {data.axes.map((a, i) => <option value={i}>{a.key}</option>)}</select></label>
                <label><input type="checkbox" checked={logarithmic}
                    onChange={(e) => setLogarithmic(e.target.checked)} /> logarithmic</label>
            </div>
            {path && <Against axis={axis} path={path} logarithmic={logarithmic}
                of={figures.find(([p]) => p === path)} />}
            <Rows chosen={chosen} onRun={onRun} figures={figures} />
        </section>
    );
}

function Against({ axis, path, of, logarithmic }) {
    const [x, xText, series] = useMemo(() => curves(axis, path), [axis, path]);
    return <Chart key={`${axis} ${path}`} title={`${of[1]} against ${shortKey(data.axes[axis].key)}`}
        x={x} xText={xText} xLabel={data.axes[axis].key} yLabel={`${of[1]} in ${of[2]}`} series={series}
        logarithmic={logarithmic}
        note="A point that is missing has no such figure: the run was saturated, or failed." />;
}

// A series for each combination of the other axes' values.
function curves(axis, path) {
    const values = data.axes[axis].values;
    const numbers = values.map(Number);
    const numeric = values.every((v, i) => v.trim() !== "" && Number.isFinite(numbers[i])) &&
        new Set(numbers).size === values.length;
    const x = numeric ? [...numbers].sort((a, b) => a - b) : values.map((_, i) => i);
    const series = new Map();
    for (const run of runs) {
        const label = data.axes.map((a, i) => (i === axis ? null
            : `${shortKey(a.key)} ${run.values[i]}`)).filter(Boolean).join(", ") || "all";
        if (!series.has(label))
            series.set(label, { label, kind: "points", values: x.map(() => null) });
        const at = numeric ? x.indexOf(Number(run.values[axis])) : values.indexOf(run.values[axis]);
        series.get(label).values[at] = run.result ? figure(run.result, path) : null;
    }
    const xText = numeric ? null : Object.fromEntries(values.map((v, i) => [i, v]));
    return [x, xText, [...series.values()]];
}

function Rows({ chosen, onRun, figures }) {
    return (
        <div class="scroll" tabIndex={0} role="group" aria-label="Runs"><table class="runs">
            <thead><tr>{data.axes.map((axis) => <th>{shortKey(axis.key)}</th>)}<th>outcome</th>
                {figures.map(([, name, unit]) => <th>{name}, {unit}</th>)}<th /></tr></thead>
            <tbody>{runs.map((run) => (
                <tr class={run === chosen ? "chosen" : ""}>
                    {run.values.map((value) => <td>{value}</td>)}
                    {run.result ? <td>{run.result.outcome}</td>
                        : <td colSpan={figures.length + 1}>failed: {run.error}</td>}
                    {run.result && figures.map(([path]) => <td>{number(figure(run.result, path))}</td>)}
                    <td>{run.result && <button type="button" aria-pressed={run === chosen}
                        onClick={() => onRun(run)}>show</button>}</td>
                </tr>))}</tbody>
        </table></div>
    );
}
