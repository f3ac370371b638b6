// SPDX-License-Identifier: Apache-2.0
// The slowest packets of the whole run, and of full nodes the slowest messages, with what they
// waited for.
import { Breakdown } from "./breakdown.jsx";
import { number, words } from "./format.js";

// Parts in few enough groups to be told apart by colour; parts that are not named here are "other".
const GROUPS = {
    packets: [["source_queue"], ["hops"], ["serialisation"], ["blocking"]],
    messages: [
        ["software", "software_turn", "trap", "pin", "driver", "copy_send", "doorbell", "notice",
         "interrupt", "look", "demultiplex", "match", "copy_receive", "wake"],
        ["waiting for the other side", "rendezvous", "grant", "receive", "list"],
        ["card", "descriptor", "turn", "send", "out_ram", "protocol", "checksum", "order_out",
         "in_ram", "handlers", "order_in", "deliver", "completion"],
        ["DMA and bus", "channel_out", "startup_out", "bus_out", "data_out", "channel_in",
         "startup_in", "bus_in", "data_in"],
        ["source queue", "source_queue"],
        ["hops and serialisation", "hops", "serialisation"],
        ["blocking", "blocking"],
        ["retransmission", "retransmission"],
    ],
};

function grouped(kind, names, cycles) {
    const groups = GROUPS[kind].map((group, colour) => ({ name: group[0], colour, cycles: 0 }));
    names.forEach((name, i) => {
        const at = GROUPS[kind].findIndex((group) => group.length === 1 ? group[0] === name
            : group.includes(name, 1));
        groups[at < 0 ? 0 : at].cycles += cycles[i];
    });
    return groups;
}

function Row({ row, kind, names, most, run, onSelect }) {
    const parts = grouped(kind, names, row.cycles);
    const all = row.end_cycle - row.begin_cycle;
    const told = names.map((name, i) => ({ name, cycles: row.cycles[i] }))
        .filter((part) => part.cycles > 0).sort((a, b) => b.cycles - a.cycles)
        .map((part) => `${words(part.name)} ${number(part.cycles)}`).join(", ");
    const packet = kind === "packets" && run.recorded
        ? run.recorded.packets.serial.indexOf(row.packet) : -1;
    return (
        <tr>
            {kind === "packets" && <td>{packet >= 0 ? <button type="button"
                title="Show it in the animation" onClick={() => onSelect(row.packet)}>
                {number(row.packet)}</button> : number(row.packet)}</td>}
            <td>{row.source}</td><td>{row.destination}</td>
            <td>{number(kind === "packets" ? row.flits : row.bytes)}</td>
            <td>{number(row.begin_cycle)}</td><td>{number(all)}</td>
            <td class="bars"><Breakdown parts={parts} of={most} unit="cycles" />
                <details><summary>parts</summary>{told}</details></td>
        </tr>
    );
}

export function Slowest({ run, table, onSelect }) {
    const { kind, parts: names, rows } = table;
    if (rows.length === 0)
        return null;
    const most = rows[0].end_cycle - rows[0].begin_cycle;
    const isPackets = kind === "packets";
    return (
        <section id={`slowest-${kind}`} aria-labelledby={`slowest-${kind}-title`}>
            <h2 id={`slowest-${kind}-title`}>Slowest {kind}</h2>
            <p>{isPackets ? "Of the whole run, from creation until the tail has arrived. Those in the " +
                "animation can be chosen; ordito run --report-from shows other cycles."
                : "Of the whole run, from the operation that sends until the receiver goes on."}</p>
            <ul class="legend">{GROUPS[kind].map((group, i) => (
                <li><span class={`swatch part-${i}`} aria-hidden="true" />{words(group[0])}</li>))}
            </ul>
            <div class="scroll-x"><table class="slowest">
                <thead><tr>{isPackets && <th>packet</th>}<th>from {isPackets ? "node" : "rank"}</th>
                    <th>to</th><th>{isPackets ? "flits" : "bytes"}</th><th>begin in cycle</th>
                    <th>cycles</th><th>what they went to</th></tr></thead>
                <tbody>{rows.map((row) => <Row row={row} kind={kind} names={names} most={most}
                    run={run} onSelect={onSelect} />)}</tbody>
            </table></div>
        </section>
    );
}
