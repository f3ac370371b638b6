// SPDX-License-Identifier: Apache-2.0
// What came out of a run, and what it was asked for.
import { figure } from "./data.js";
import { count, number, percent, words } from "./format.js";

const LOST = "fabric.faults.dropped"; // told of where there are any

const CARDS = [
    ["Mean latency", "fabric.latency_cycles.mean", "cycles", number],
    ["99 % of packets within", "fabric.latency_cycles.p99", "cycles", number],
    ["Accepted load", "fabric.accepted_flits_per_node_cycle", "flits a node and cycle", number],
    ["Offered load", "fabric.offered_flits_per_node_cycle", "flits a node and cycle", number],
    ["Makespan", "application.makespan_cycles", "cycles", number],
    ["Mean hops", "fabric.hops.mean", "channels", number],
    ["Channels in use", "fabric.channel_utilisation.mean", "of the time", percent],
    ["Busiest channel", "fabric.channel_utilisation.max", "of the time", percent],
    ["Packets", "fabric.packets_ejected", "delivered", number],
    ["Lost packets", LOST, "of these, by faults of channels", number],
    ["Diameter", "topology.diameter_hops", "hops", number],
];

export function Summary({ run }) {
    const { result } = run;
    const ci = figure(result, "fabric.latency_cycles.ci95");
    return (
        <section id="summary" aria-labelledby="summary-title">
            <h2 id="summary-title">Summary</h2>
            <p class={`outcome outcome-${result.outcome}`}>{sentence(result)}</p>
            {result.note && <pre class="note">{result.note}</pre>}
            <dl class="cards">{CARDS.filter(([, path]) =>
                figure(result, path) !== null && (path !== LOST || figure(result, path) > 0))
                .map(([name, path, unit, show]) => (
                    <div class="card"><dt>{name}</dt>
                        <dd data-figure={path} data-value={figure(result, path)}>
                            <b>{show(figure(result, path))}</b> {unit}
                            {path === "fabric.latency_cycles.mean" && ci !== null &&
                                <small> ± {number(ci, 2)}</small>}</dd></div>))}</dl>
            <AllFigures result={result} />
        </section>
    );
}

const OUTCOMES = {
    completed: "The run completed", slice: "The run ended where it was to be cut",
    cycle_limit: "The run came to its limit of cycles", saturated: "The network is saturated",
    deadlock: "The network locked up", mismatch: "RTL and reference differ",
    interrupted: "The run was interrupted",
};

function sentence(result) {
    const t = result.topology;
    const fabric = [figure(result, "fabric.switching"), "switching"].filter(Boolean).join(" ");
    return `${OUTCOMES[result.outcome] ?? words(result.outcome)}, after ${number(result.cycles)} ` +
        `cycles: ${t.kind} of ${count(t.nodes, "node")}, ${fabric}, ` +
        `routing ${figure(result, "fabric.routing") ?? "by no router"}.`;
}

// Figures with their paths, depth first.
function* paths(object, path) {
    for (const [key, value] of Object.entries(object)) {
        const at = path ? `${path}.${key}` : key;
        if (value !== null && typeof value === "object" && !Array.isArray(value))
            yield* paths(value, at);
        else if (!Array.isArray(value))
            yield [at, value];
    }
}

function AllFigures({ result }) {
    const rows = [...paths(result, "")].filter(([path]) =>
        !/^(config|schema|note)(\.|$)/.test(path));
    return (
        <details>
            <summary>All figures</summary>
            <div class="scroll" tabIndex={0}><table class="figures"><thead><tr><th>figure</th>
                <th>value</th></tr></thead>
                <tbody>{rows.map(([path, value]) => <tr><td>{path}</td>
                    <td>{value === null ? "–" : typeof value === "number" ? number(value, 6)
                        : String(value)}</td></tr>)}
                </tbody></table></div>
        </details>
    );
}

// JSON as YAML, which a configuration may be read from.
function yaml(value, indent) {
    if (Array.isArray(value)) {
        return value.every((v) => v === null || typeof v !== "object")
            ? ` [${value.map(scalar).join(", ")}]`
            : value.map((v) => `\n${indent}- ${yaml(v, `${indent}  `).trimStart()}`).join("");
    }
    if (value !== null && typeof value === "object")
        return Object.entries(value).map(([key, v]) =>
            `\n${indent}${key}:${yaml(v, `${indent}  `)}`).join("");
    return ` ${scalar(value)}`;
}

function scalar(value) {
    return typeof value === "string" && !/^[A-Za-z][\w./-]*$/.test(value)
        ? JSON.stringify(value) : String(value);
}

export function Configuration({ run }) {
    const text = yaml(run.result.config, "").trim();
    return (
        <section id="configuration" aria-labelledby="configuration-title">
            <h2 id="configuration-title">Configuration</h2>
            <details open={false}>
                <summary>As a file that <code>ordito run</code> reads, seed {run.result.seed}</summary>
                <pre tabIndex={0}>{text}</pre>
            </details>
        </section>
    );
}
