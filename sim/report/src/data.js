// SPDX-License-Identifier: Apache-2.0
// The data of the page (../README.md), read once, and what is asked of them.
import { Layout } from "./layout.js";
import { Recording } from "./recording.js";

export const data = JSON.parse(document.getElementById("data").textContent);

// A figure of a result by its path, or null.
export function figure(result, path) {
    return path.split(".").reduce((at, key) => at?.[key] ?? null, result);
}

// One run, of which layout and recording are made when they are first asked for.
class Run {
    constructor(run, index) {
        Object.assign(this, run);
        this.index = index;
        this.label = data.axes.map((axis, a) => `${shortKey(axis.key)} ${run.values[a]}`).join(", ");
        this.slowest ??= [];
        this.made = {};
    }

    make(name, maker) {
        if (!(name in this.made))
            this.made[name] = maker();
        return this.made[name];
    }

    get hasTopology() {
        return Boolean(this.topology);
    }

    // Channels with places by number: routers, then nodes.
    get channels() {
        return this.make("channels", () => {
            const c = this.topology.channels, nodesFrom = this.topology.routers.x.length;
            const end = (router, node) => (router === null ? nodesFrom + node : router);
            return {
                ...c,
                num: c.latency_cycles.length,
                from: c.from_router.map((r, i) => end(r, c.from_node[i])),
                to: c.to_router.map((r, i) => end(r, c.to_node[i])),
            };
        });
    }

    get layout() {
        return this.make("layout", () =>
            new Layout(this.topology.routers, this.topology.nodes, this.channels));
    }

    get recorded() {
        return this.recording && this.hasTopology
            ? this.make("recorded", () => new Recording(this.recording, this.channels)) : null;
    }

    // "router 5 (1,0)", "node 7".
    placeName(place) {
        const { numRouters } = this.layout;
        return place < numRouters ? this.topology.routers.name[place]
            : `node ${place - numRouters}`;
    }
}

function shortKey(key) {
    const last = key.split(".").pop();
    return data.axes.some((axis) => axis.key !== key && axis.key.endsWith(`.${last}`)) ? key : last;
}

export { shortKey };
export const runs = data.runs.map((run, i) => new Run(run, i));
