// SPDX-License-Identifier: Apache-2.0
// The packets of a recording: a list to choose from, and the story of the chosen one.
import { useEffect, useMemo, useState } from "preact/hooks";
import { Breakdown } from "./breakdown.jsx";
import { SpaceTime } from "./spacetime.jsx";
import { latency, parts, story, whereNow } from "./story.js";
import { count, number } from "./format.js";

const MOST_ROWS = 200;

const ORDERS = {
    slowest: { name: "slowest first", of: (r, p) => -(latency(r, p) ?? -1) },
    blocked: { name: "most blocked first", of: (r, p) => -(parts(r, p)?.[3].cycles ?? -1) },
    first: { name: "in order of creation", of: (r, p) => r.packets.serial[p] },
};

export function PacketList({ run, selected, onSelect }) {
    const [order, setOrder] = useState("slowest");
    const [filter, setFilter] = useState("");
    const recorded = run.recorded, p = recorded.packets;
    const rows = useMemo(() => {
        const all = Array.from({ length: recorded.numPackets }, (_, i) => i);
        const wanted = filter.trim() === "" ? all : all.filter((i) =>
            [p.serial[i], p.source[i], p.destination[i]].some((n) => String(n) === filter.trim()));
        return wanted.sort((a, b) => ORDERS[order].of(recorded, a) - ORDERS[order].of(recorded, b));
    }, [run, order, filter]);
    return (
        <div class="packet-list">
            <div class="row">
                <label>Packets, <select value={order} onChange={(e) => setOrder(e.target.value)}>
                    {Object.entries(ORDERS).map(([key, { name }]) =>
                        <option value={key}>{name}</option>)}
                </select></label>
                <label>of number or node <input size={6} inputMode="numeric" value={filter}
                    onInput={(e) => setFilter(e.target.value)} /></label>
            </div>
            <div class="scroll" tabIndex={0} role="group" aria-label="Packets of the recording">
                <table class="packets">
                    <thead><tr><th>packet</th><th>from</th><th>to</th><th>flits</th>
                        <th>created</th><th>latency</th></tr></thead>
                    <tbody>{rows.slice(0, MOST_ROWS).map((i) => (
                        <tr key={i} class={i === selected ? "chosen" : ""}
                            onClick={() => onSelect(i)}>
                            <td><button type="button" aria-pressed={i === selected}
                                data-serial={p.serial[i]}>{number(p.serial[i])}</button></td>
                            <td>{p.source[i]}</td><td>{p.destination[i]}</td><td>{p.flits[i]}</td>
                            <td>{number(p.created[i])}</td>
                            <td>{latency(recorded, i) === null ? "under way"
                                : number(latency(recorded, i))}</td>
                        </tr>))}
                    </tbody>
                </table>
            </div>
            <p class="note">{rows.length > MOST_ROWS
                ? `The first ${MOST_ROWS} of ${count(rows.length, "packet")}.`
                : count(rows.length, "packet")}</p>
        </div>
    );
}

export function PacketStory({ run, packet, clock, titled, cycles }) {
    const recorded = run.recorded;
    const [cycle, setCycle] = useState(clock.of(recorded));
    useEffect(() => clock.listen(() => setCycle(clock.of(recorded))), [clock, run]);
    if (packet < 0)
        return <p class="note">{run.label}: it is not in this recording.</p>;
    const split = parts(recorded, packet);
    return (
        <section class="story" aria-label={`The chosen packet, ${run.label}`}>
            {titled && <h3>{run.label}</h3>}
            <p>{story(run, packet).join(" ")}</p>
            {split && <Breakdown parts={split} unit="cycles" />}
            <p class="now" data-now={cycle}>{whereNow(run, packet, cycle)}</p>
            <SpaceTime run={run} packet={packet} clock={clock} cycles={cycles} />
        </section>
    );
}
