// SPDX-License-Identifier: Apache-2.0
// What happened to a packet, in words.
import { ACK, ASKED, IN_BUFFER, NACK, PROBE, RELEASE } from "./recording.js";
import { count, number } from "./format.js";

// The parts of a packet's latency, which sum to it; null if it has not come, or has no parts.
export function parts(recorded, packet) {
    const p = recorded.packets;
    if (p.ejected[packet] < 0 || p.hops_cycles[packet] < 0)
        return null;
    const all = p.ejected[packet] - p.created[packet];
    const queue = p.injected[packet] - p.created[packet];
    const hops = Math.min(p.hops_cycles[packet], all - queue);
    const serialisation = Math.min(p.serialisation_cycles[packet], all - queue - hops);
    return [
        { name: "source queue", colour: 0, cycles: queue },
        { name: recorded.circuits ? "hops and set-up" : "hops", colour: 1, cycles: hops },
        { name: "serialisation", colour: 2, cycles: serialisation },
        { name: "blocking", colour: 3, cycles: all - queue - hops - serialisation },
    ];
}

export function latency(recorded, packet) {
    const { created, ejected } = recorded.packets;
    return ejected[packet] < 0 ? null : ejected[packet] - created[packet];
}

const channelName = (run, channel) =>
    `${run.placeName(run.channels.from[channel])} → ${run.placeName(run.channels.to[channel])}`;

// Where the head waited longest, beyond what is usual on its way.
function longestWait(run, way) {
    const waits = [];
    for (let i = 1; i < way.length; i++)
        waits.push({ cycles: way[i].cycle - way[i - 1].arrives, hop: way[i] });
    if (waits.length === 0)
        return null;
    const usual = Math.min(...waits.map((w) => w.cycles));
    const longest = waits.reduce((a, b) => (b.cycles > a.cycles ? b : a));
    return longest.cycles > usual ? longest : null;
}

function circuitStory(run, recorded, packet) {
    const events = recorded.story(packet);
    const probes = events.filter((e) => e.kind === PROBE);
    const nacks = events.filter((e) => e.kind === NACK);
    const acks = events.filter((e) => e.kind === ACK);
    const said = [];
    if (probes.length === 0)
        return ["It needs no probe: the circuit of a packet before it is still there."];
    said.push(`Its probe sets out in cycle ${number(probes[0].cycle)}.`);
    const starts = probes.filter((p) => run.channels.from[p.place] >= run.layout.numRouters);
    if (starts.length > 1)
        said.push(`It is refused ${count(starts.length - 1, "time")} at a channel in use, torn ` +
            `down, and tried again` + (nacks.length
            ? `; for the first time in cycle ${number(nacks[0].cycle)} on its way by ` +
              `${channelName(run, nacks[0].place)}.` : "."));
    if (acks.length > 0)
        said.push(`The circuit is set up, and its ack goes back from cycle ` +
            `${number(acks[0].cycle)} to ${number(acks[acks.length - 1].arrives)}.`);
    return said;
}

// Sentences.
export function story(run, packet) {
    const recorded = run.recorded, p = recorded.packets;
    const way = recorded.way(packet);
    const said = [`Packet ${number(p.serial[packet])} carries ${count(p.flits[packet], "flit")} ` +
        `from node ${p.source[packet]} to node ${p.destination[packet]}.`];
    const [created, injected, ejected] = [p.created[packet], p.injected[packet], p.ejected[packet]];
    said.push(`It is created in cycle ${number(created)}` +
        (injected < 0 ? " and is in its source's queue until the recording ends."
        : injected === created ? ", and sets out at once."
        : `, and sets out in cycle ${number(injected)}, after ${count(injected - created, "cycle")} ` +
          "in its source's queue."));
    if (injected < 0)
        return said;
    if (recorded.circuits)
        said.push(...circuitStory(run, recorded, packet));
    const longest = recorded.circuits ? null : longestWait(run, way);
    if (longest)
        said.push(`Its head waits longest, ${count(longest.cycles, "cycle")}, for the channel ` +
            `${channelName(run, longest.hop.channel)}.`);
    else if (!recorded.circuits && way.length > 1)
        said.push("Its head is held up nowhere.");
    const most = recorded.stretch(packet);
    if (most > 0)
        said.push(`At most its flits are spread over ${count(most, "channel")} (with their buffers) ` +
            `at once, of ${number(way.length)} on its way.`);
    said.push(ejected < 0 ? "It is still under way when the recording ends."
        : `Its tail arrives in cycle ${number(ejected)}: a latency of ` +
          `${count(ejected - created, "cycle")}.`);
    return said;
}

const DOES = { [PROBE]: "its probe", [RELEASE]: "a release", [ACK]: "the ack", [NACK]: "a nack",
               [ASKED]: "a wish for its circuit" };

// Where it is in a cycle.
export function whereNow(run, packet, cycle) {
    const recorded = run.recorded, p = recorded.packets;
    const at = `In cycle ${number(cycle)}`;
    if (cycle < p.created[packet])
        return `${at} it is not yet there.`;
    if (p.ejected[packet] >= 0 && cycle > p.ejected[packet])
        return `${at} it has arrived.`;
    if (p.injected[packet] < 0 || cycle < p.injected[packet])
        return `${at} it waits in its source's queue.`;
    const state = recorded.at(cycle);
    const places = new Map();
    for (const flit of state.flits.filter((f) => f.packet === packet)) {
        const where = flit.node >= 0 ? `taken by node ${flit.node}`
            : flit.where === IN_BUFFER
                ? `in the buffer of ${run.placeName(run.channels.to[flit.channel])}`
                : `on ${channelName(run, flit.channel)}`;
        places.set(where, [...(places.get(where) ?? []), flit.idx]);
    }
    const said = [...places].map(([where, flits]) => `${flitNames(flits)} ${where}`);
    for (const control of state.controls.filter((c) => c.packet === packet))
        said.push(`${DOES[control.kind]} ${control.where === IN_BUFFER ? "at the end of" : "on"} ` +
            `${channelName(run, control.channel)}`);
    return said.length > 0 ? `${at}: ${said.join("; ")}.` : `${at} nothing of it is in the network.`;
}

function flitNames(flits) {
    const first = flits[0], last = flits[flits.length - 1];
    const name = first === last ? `flit ${first}` : `flits ${first} to ${last}`;
    return first === 0 ? (last === 0 ? "the head" : `the head and ${last === 1 ? "flit 1"
        : `flits 1 to ${last}`}`) : name;
}

export { channelName };
