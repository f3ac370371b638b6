// SPDX-License-Identifier: Apache-2.0
// What flits did on channels, cycle by cycle: decodes the recording of a run (../README.md) and
// answers where every flit is in a cycle.

export const FLIT = 0, PROBE = 1, RELEASE = 2, ACK = 3, NACK = 4, ASKED = 5, EJECTED = 6;
const ADVANCE = 7;
const NEW = 8, TAIL = 16, FREES = 32, LATE = 64;

const BUCKET_CYCLES = 32;

// Places of a flit in a cycle.
export const ON_CHANNEL = 0, IN_BUFFER = 1, BACKWARD = 2;

class Bytes {
    constructor(text) {
        const raw = atob(text);
        this.bytes = Uint8Array.from(raw, (c) => c.charCodeAt(0));
        this.at = 0;
    }
    get left() {
        return this.at < this.bytes.length;
    }
    byte() {
        return this.bytes[this.at++];
    }
    number() {
        let value = 0, scale = 1, byte;
        do {
            byte = this.byte();
            value += (byte & 127) * scale;
            scale *= 128;
        } while (byte & 128);
        return value;
    }
    signed() {
        const value = this.number();
        return value % 2 ? -(value + 1) / 2 : value / 2;
    }
}

// Events as columns. `place` is a channel, or for EJECTED a node.
function decode(recording, channels) {
    const num = recording.num_events;
    const events = {
        num,
        cycle: new Int32Array(num), // since from_cycle
        arrives: new Int32Array(num),
        place: new Int32Array(num),
        packet: new Int32Array(num),
        flit: new Int32Array(num),
        kind: new Uint8Array(num),
        vc: new Uint8Array(num),
        frees: new Uint8Array(num),
    };
    const bytes = new Bytes(recording.events);
    const streams = new Map();
    const vcs = recording.num_vcs;
    let cycle = 0, place = 0, at = 0;
    while (bytes.left && at < num) {
        const code = bytes.byte();
        const kind = code & 7;
        if (kind === ADVANCE) {
            cycle += bytes.signed();
            continue;
        }
        place += bytes.signed();
        const vc = vcs > 1 && (kind === FLIT || kind === EJECTED) ? bytes.number() : 0;
        const key = ((kind === EJECTED ? channels.num : 0) + place) * vcs + vc;
        let stream = streams.get(key);
        if (code & NEW) {
            stream = { packet: bytes.number(), flit: bytes.number() };
            streams.set(key, stream);
        }
        events.cycle[at] = cycle;
        events.arrives[at] = kind === EJECTED ? cycle
            : cycle + (code & LATE ? bytes.number() : channels.latency_cycles[place]);
        events.place[at] = place;
        events.packet[at] = stream.packet;
        events.flit[at] = stream.flit;
        events.kind[at] = kind;
        events.vc[at] = vc;
        events.frees[at] = code & FREES ? 1 : 0;
        if (kind === FLIT || kind === EJECTED)
            stream.flit++;
        at++;
    }
    return events;
}

// Groups the numbers of events by a key of each: `first[key]..first[key + 1]` in `list`.
function group(num, numKeys, keyOf) {
    const first = new Int32Array(numKeys + 1);
    for (let i = 0; i < num; i++)
        if (keyOf(i) >= 0)
            first[keyOf(i) + 1]++;
    for (let k = 0; k < numKeys; k++)
        first[k + 1] += first[k];
    const list = new Int32Array(first[numKeys]);
    const next = first.slice();
    for (let i = 0; i < num; i++)
        if (keyOf(i) >= 0)
            list[next[keyOf(i)]++] = i;
    return { first, list };
}

export class Recording {
    constructor(recording, channels) {
        this.from = recording.from_cycle;
        this.to = recording.to_cycle; // first that is not recorded
        this.cut = recording.cut;
        this.numVcs = recording.num_vcs;
        this.circuits = recording.circuits;
        this.packets = recording.packets;
        this.numPackets = recording.packets.serial.length;
        this.channels = channels;
        this.events = decode(recording, channels);
        this.flitOf = new Int32Array(this.numPackets + 1); // number of a packet's first flit
        for (let p = 0; p < this.numPackets; p++)
            this.flitOf[p + 1] = this.flitOf[p] + this.packets.flits[p];
        const e = this.events;
        const isData = (i) => e.kind[i] === FLIT || e.kind[i] === EJECTED;
        this.byFlit = group(e.num, this.flitOf[this.numPackets],
            (i) => (isData(i) ? this.flitOf[e.packet[i]] + e.flit[i] : -1));
        this.controls = group(e.num, this.numPackets, (i) => (isData(i) ? -1 : e.packet[i]));
        this.indexLives();
        this.indexCircuits();
    }

    // Packets by the stretches of time in which they are in the network or its queues.
    indexLives() {
        const buckets = Math.ceil((this.to - this.from) / BUCKET_CYCLES) + 1;
        this.alive = Array.from({ length: buckets }, () => []);
        for (let p = 0; p < this.numPackets; p++) {
            const [begin, end] = this.life(p);
            const last = Math.min(buckets - 1, Math.floor((end - this.from) / BUCKET_CYCLES));
            for (let b = Math.max(0, Math.floor((begin - this.from) / BUCKET_CYCLES)); b <= last; b++)
                this.alive[b].push(p);
        }
    }

    // From creation to delivery, or to the end of the recording.
    life(packet) {
        const end = this.packets.ejected[packet];
        return [this.packets.created[packet], end < 0 ? this.to : end];
    }

    // When channels belong to circuits: by channel, [from, to, packet], in order.
    indexCircuits() {
        this.held = new Map();
        if (!this.circuits)
            return;
        const e = this.events, open = new Map();
        const close = (channel, cycle) => {
            const stretch = open.get(channel);
            if (stretch)
                stretch[1] = cycle;
            open.delete(channel);
        };
        for (let i = 0; i < e.num; i++) {
            const channel = e.place[i];
            if (e.kind[i] === PROBE) {
                const stretch = [e.cycle[i], Infinity, e.packet[i]];
                if (!this.held.has(channel))
                    this.held.set(channel, []);
                this.held.get(channel).push(stretch);
                open.set(channel, stretch);
            } else if (e.kind[i] === NACK || e.kind[i] === RELEASE || e.frees[i]) {
                close(channel, e.arrives[i]);
            }
        }
    }

    // Calls visit(channel, packet) for every channel that a circuit holds in a cycle.
    circuitsAt(cycle, visit) {
        const at = cycle - this.from;
        for (const [channel, stretches] of this.held)
            for (const [from, to, packet] of stretches)
                if (from <= at && at < to)
                    visit(channel, packet);
    }

    // The last event of a list that is not after a cycle (since `from`), or -1.
    lastEvent(groups, key, at) {
        const { first, list } = groups;
        let low = first[key], high = first[key + 1];
        while (low < high) {
            const middle = (low + high) >> 1;
            if (this.events.cycle[list[middle]] <= at)
                low = middle + 1;
            else
                high = middle;
        }
        return low > first[key] ? list[low - 1] : -1;
    }

    packetsAt(cycle) {
        const bucket = this.alive[Math.floor((cycle - this.from) / BUCKET_CYCLES)] ?? [];
        return bucket.filter((p) => {
            const [begin, end] = this.life(p);
            return begin <= cycle && cycle <= end;
        });
    }

    // Where everything is in a cycle: flits and, of circuits, probes and answers.
    at(cycle) {
        const e = this.events, at = cycle - this.from;
        const state = { cycle, flits: [], controls: [], queued: new Map(), numPackets: 0 };
        for (const packet of this.packetsAt(cycle)) {
            this.control(state, packet, at);
            const injected = this.packets.injected[packet];
            if (injected < 0 || injected > cycle) {
                const node = this.packets.source[packet];
                state.queued.set(node, (state.queued.get(node) ?? 0) + 1);
                continue;
            }
            state.numPackets++;
            const last = this.flitOf[packet + 1];
            for (let flit = this.flitOf[packet]; flit < last; flit++) {
                const event = this.lastEvent(this.byFlit, flit, at);
                if (event < 0)
                    break; // those behind it wait, too
                if (e.kind[event] !== EJECTED || e.cycle[event] === at)
                    state.flits.push(this.place(event, packet, flit, at));
            }
        }
        this.line(state.flits);
        return state;
    }

    place(event, packet, flit, at) {
        const e = this.events;
        const gone = e.kind[event] === EJECTED;
        const moving = !gone && at < e.arrives[event];
        return {
            id: flit, packet, event,
            idx: flit - this.flitOf[packet],
            tail: flit + 1 === this.flitOf[packet + 1],
            where: moving ? ON_CHANNEL : IN_BUFFER,
            node: gone ? e.place[event] : -1,
            channel: gone ? -1 : e.place[event],
            vc: e.vc[event],
            part: moving ? (at - e.cycle[event] + 0.5) / (e.arrives[event] - e.cycle[event]) : 1,
            slot: 0,
        };
    }

    // The probe, release or answer of a packet, if there is one now.
    control(state, packet, at) {
        const event = this.lastEvent(this.controls, packet, at);
        if (event < 0)
            return;
        const e = this.events, kind = e.kind[event];
        const moving = at < e.arrives[event];
        if (!moving && kind !== PROBE)
            return; // it has come to its end
        if (!moving && this.packets.injected[packet] >= 0 && this.hasHead(packet, at))
            return; // an old one: data is on its way
        state.controls.push({
            id: -1 - packet, packet, event, kind,
            where: !moving ? IN_BUFFER : kind >= ACK ? BACKWARD : ON_CHANNEL,
            channel: e.place[event], vc: 0, slot: 0,
            part: moving ? (at - e.cycle[event] + 0.5) / (e.arrives[event] - e.cycle[event]) : 1,
        });
    }

    hasHead(packet, at) {
        return this.lastEvent(this.byFlit, this.flitOf[packet], at) >= 0;
    }

    // Gives the flits in each buffer their places in the line, in the order in which they came.
    line(flits) {
        const buffered = flits.filter((f) => f.where === IN_BUFFER && f.channel >= 0);
        const key = (f) => f.channel * this.numVcs + f.vc;
        buffered.sort((a, b) => key(a) - key(b) || a.event - b.event);
        for (let i = 1; i < buffered.length; i++)
            if (key(buffered[i]) === key(buffered[i - 1]))
                buffered[i].slot = buffered[i - 1].slot + 1;
    }

    // The head's way: [{channel, cycle, arrives}], as far as it is recorded.
    way(packet) {
        const { first, list } = this.byFlit, e = this.events, way = [];
        const flit = this.flitOf[packet];
        for (let i = first[flit]; i < first[flit + 1]; i++)
            if (e.kind[list[i]] === FLIT)
                way.push({ channel: e.place[list[i]], cycle: this.from + e.cycle[list[i]],
                           arrives: this.from + e.arrives[list[i]] });
        return way;
    }

    // All events of a packet, with absolute cycles, in order.
    story(packet) {
        const e = this.events, story = [];
        const add = (i) => story.push({
            event: i, kind: e.kind[i], flit: e.flit[i], place: e.place[i],
            cycle: this.from + e.cycle[i], arrives: this.from + e.arrives[i],
        });
        for (let flit = this.flitOf[packet]; flit < this.flitOf[packet + 1]; flit++)
            for (let i = this.byFlit.first[flit]; i < this.byFlit.first[flit + 1]; i++)
                add(this.byFlit.list[i]);
        for (let i = this.controls.first[packet]; i < this.controls.first[packet + 1]; i++)
            add(this.controls.list[i]);
        return story.sort((a, b) => a.event - b.event);
    }

    // Most places (channels with their buffers) that a packet's flits are at in one cycle.
    stretch(packet) {
        const [begin, end] = this.life(packet);
        let most = 0;
        for (let cycle = Math.max(begin, this.from); cycle <= end; cycle++) {
            const places = new Set();
            for (let flit = this.flitOf[packet]; flit < this.flitOf[packet + 1]; flit++) {
                const event = this.lastEvent(this.byFlit, flit, cycle - this.from);
                if (event >= 0 && this.events.kind[event] !== EJECTED)
                    places.add(this.events.place[event]);
            }
            most = Math.max(most, places.size);
        }
        return most;
    }
}
