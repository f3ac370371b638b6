// SPDX-License-Identifier: Apache-2.0
// Load of channels and routers, drawn on the topology.
import { useMemo } from "preact/hooks";
import { TopologyView } from "./topology_view.jsx";
import { number, percent } from "./format.js";

const MOST_ROWS = 10;

function loadsOf(run) {
    const use = run.channels.utilisation.map((u) => u ?? 0);
    const routers = run.topology.routers.flits_per_cycle.map((f) => f ?? 0);
    const most = Math.max(0, ...use), mostRouter = Math.max(0, ...routers);
    return { most, mostRouter, channels: use.map((u) => u / (most || 1)),
             routers: routers.map((r) => r / (mostRouter || 1)) };
}

function Scale({ title, from, to }) {
    return (
        <div class="scale"><span>{title}</span><span>{from}</span>
            <span class="ramp" aria-hidden="true" /><span>{to}</span></div>
    );
}

export function HeatMap({ run }) {
    const known = run.channels.utilisation.some((u) => u !== null);
    const loads = useMemo(() => (known ? loadsOf(run) : null), [run]);
    if (!known)
        return null;
    const busiest = run.channels.utilisation.map((use, channel) => ({ use, channel }))
        .sort((a, b) => b.use - a.use || a.channel - b.channel).slice(0, MOST_ROWS);
    const name = (place) => run.placeName(place);
    return (
        <section id="load" aria-labelledby="load-title">
            <h2 id="load-title">Load of channels and routers</h2>
            <div class="heat">
                <div>
                    <TopologyView run={run} loads={loads}
                        label="Topology, its channels and routers coloured by their load" />
                    <Scale title="channels: time in use" from="0" to={percent(loads.most)} />
                    <Scale title="routers: flits sent a cycle" from="0"
                        to={number(loads.mostRouter, 3)} />
                </div>
                <table>
                    <caption>Busiest channels</caption>
                    <thead><tr><th>from</th><th>to</th><th>in use</th><th>flits, whole run</th></tr></thead>
                    <tbody>{busiest.map(({ use, channel }) => (
                        <tr><td>{name(run.channels.from[channel])}</td>
                            <td>{name(run.channels.to[channel])}</td><td>{percent(use)}</td>
                            <td>{number(run.channels.flits[channel])}</td></tr>))}</tbody>
                </table>
            </div>
        </section>
    );
}
