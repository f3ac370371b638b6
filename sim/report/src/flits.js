// SPDX-License-Identifier: Apache-2.0
// Where a state of the recording is drawn: flits on the first part of a channel are on the wires,
// those in the buffer at its end stand in line, front first, VCs side by side.
import { ON_CHANNEL, IN_BUFFER, ACK } from "./recording.js";

const PITCH = 0.078; // of flits in line
const STRIP_MAX = 0.66; // of a channel, for the buffer
const SPREAD = 0.11; // of a channel's VCs
const SIZE_MAX = 0.08;
const SIZE_MIN = 0.058;

export class FlitPlaces {
    constructor(layout, recording, bufferFlits) {
        this.layout = layout;
        this.recording = recording;
        this.numVcs = Math.max(1, recording.numVcs);
        this.bufferFlits = recording.circuits ? 1 : Math.max(1, bufferFlits || 1);
        this.ways = new Map();
        this.size = Math.max(SIZE_MIN, Math.min(SIZE_MAX, (1.6 * SPREAD) / this.numVcs));
    }

    strip(path) {
        return Math.min(STRIP_MAX * path.length, this.bufferFlits * PITCH);
    }

    // The part of a channel at which something stands.
    part(thing, path) {
        const wires = (path.length - this.strip(path)) / path.length;
        if (thing.where === ON_CHANNEL)
            return thing.part * (this.recording.circuits ? 1 : wires);
        if (thing.where === IN_BUFFER) {
            const slot = Math.min(thing.slot + 0.5, this.bufferFlits);
            return 1 - (slot * this.strip(path)) / this.bufferFlits / path.length;
        }
        return 1 - thing.part; // BACKWARD
    }

    pointOn(path, part, vc, isAnswer) {
        const p = path.at(part);
        const across = isAnswer ? -0.03
            : this.numVcs > 1 ? ((vc + 0.5) / this.numVcs - 0.5) * SPREAD : 0;
        return { x: p.x - p.uy * across, y: p.y + p.ux * across, ux: p.ux, uy: p.uy };
    }

    // Of a flit in a cycle.
    point(thing) {
        const { layout } = this;
        if (thing.node >= 0) {
            const place = layout.numRouters + thing.node;
            return { x: layout.x[place], y: layout.y[place], ux: 0, uy: 0 };
        }
        const path = layout.paths[thing.channel];
        return this.pointOn(path, this.part(thing, path), thing.vc, thing.kind >= ACK);
    }

    // Something that is drawn on its way from where it is to where it will be (null: it stays).
    moving(thing, then) {
        const from = this.point(thing), to = then ? this.point(then) : from;
        const bent = then && thing.channel >= 0 && thing.channel === then.channel &&
            this.layout.paths[thing.channel].points.length > 2;
        return { thing, then: bent ? then : null, from, to, x: from.x, y: from.y,
                 ux: to.ux || from.ux, uy: to.uy || from.uy };
    }

    // Puts it where it is at a part of the time between two cycles.
    move(drawn, t) {
        const { thing, then, from, to } = drawn;
        if (!then) {
            drawn.x = from.x + (to.x - from.x) * t;
            drawn.y = from.y + (to.y - from.y) * t;
            return;
        }
        const path = this.layout.paths[thing.channel];
        const begin = this.part(thing, path), end = this.part(then, path);
        Object.assign(drawn, this.pointOn(path, begin + (end - begin) * t, thing.vc,
            thing.kind >= ACK));
    }

    // The numbers of the channels on a packet's way, in order, and the channels.
    way(packet) {
        if (!this.ways.has(packet)) {
            if (this.ways.size > 5000)
                this.ways.clear();
            const channels = this.recording.way(packet).map((hop) => hop.channel);
            this.ways.set(packet, { channels, order: new Map(channels.map((c, i) => [c, i])) });
        }
        return this.ways.get(packet);
    }

    // A line through the flits of a packet, head first, by the channels between them: [x, y], null
    // where it is broken.
    ribbon(flits) {
        const line = [[flits[0].x, flits[0].y]];
        const { channels, order } = this.way(flits[0].thing.packet);
        const at = ({ thing }) => (thing.channel < 0 ? channels.length : order.get(thing.channel));
        const partOf = ({ thing }) => this.part(thing, this.layout.paths[thing.channel]);
        for (let i = 1; i < flits.length; i++) {
            const [ahead, behind] = [flits[i - 1], flits[i]];
            const [from, to] = [at(ahead), at(behind)];
            for (let hop = Math.min(from, channels.length - 1); hop >= to; hop--) {
                const begin = hop === from ? partOf(ahead) : 1;
                const end = hop === to && behind.thing.channel >= 0 ? partOf(behind) : 0;
                if (begin >= end)
                    line.push(...this.layout.paths[channels[hop]].corners(begin, end));
            }
            line.push([behind.x, behind.y]);
        }
        return line;
    }

    // What is drawn at a time between two cycles: every flit and control of `now`, on its way to
    // where it is in `next` (null: where it is). It is good until the next call.
    scene(now, next, t) {
        if (this.kept?.now !== now || this.kept.next !== next)
            this.kept = this.motion(now, next);
        for (const drawn of this.kept.flits)
            this.move(drawn, t);
        for (const drawn of this.kept.controls)
            this.move(drawn, t);
        return this.kept;
    }

    motion(now, next) {
        const place = (things, following) => {
            const after = new Map(following?.map((f) => [f.id, f]));
            return things.map((thing) => this.moving(thing, after.get(thing.id)));
        };
        const flits = place(now.flits, next?.flits);
        if (next)
            this.arriving(now, next, flits);
        return { now, next, flits, controls: place(now.controls, next?.controls) };
    }

    // Flits that leave their source in the next cycle.
    arriving(now, next, flits) {
        const there = new Set(now.flits.map((f) => f.id));
        for (const thing of next.flits) {
            if (there.has(thing.id) || thing.channel < 0)
                continue;
            const [x, y] = this.layout.paths[thing.channel].points[0];
            const to = this.point(thing);
            flits.push({ thing, then: null, from: { x, y }, to, x, y, ux: to.ux, uy: to.uy });
        }
    }
}
