// SPDX-License-Identifier: Apache-2.0
// A canvas with the topology of a run: with flits at the time of a clock, or with loads.
import { useEffect, useRef, useState } from "preact/hooks";
import { reducedMotion } from "./colours.js";
import { FlitPlaces } from "./flits.js";
import { Stage } from "./stage.js";
import { number, percent } from "./format.js";

const PICK_PX = 14;

// Draws the state at a time; the states of two cycles are kept.
class Animation {
    constructor(run) {
        const config = run.result.config;
        this.recorded = run.recorded;
        this.places = new FlitPlaces(run.layout, run.recorded, config.fabric?.router?.buffer_flits);
        this.states = new Map();
    }

    state(cycle) {
        if (!this.states.has(cycle)) {
            if (this.states.size > 3)
                this.states.delete(this.states.keys().next().value);
            this.states.set(cycle, this.recorded.at(cycle));
        }
        return this.states.get(cycle);
    }

    scene(clock) {
        const cycle = clock.of(this.recorded);
        const part = reducedMotion() ? 0 : clock.time - clock.cycle;
        const now = this.state(cycle);
        const next = part > 0 && cycle + 1 < this.recorded.to ? this.state(cycle + 1) : null;
        return this.places.scene(now, next, part);
    }
}

function describe(run, layout, wx, wy, k) {
    const place = layout.placeAt(wx, wy);
    const t = run.topology;
    if (place >= 0 && layout.isRouter(place)) {
        const load = t.routers.flits_per_cycle[place];
        return `${run.placeName(place)}${load === null ? "" : `: ${number(load, 3)} flits a cycle`}`;
    }
    if (place >= 0)
        return run.placeName(place);
    const channel = layout.channelAt(wx, wy, 8 / k);
    if (channel < 0)
        return null;
    const { from, to, utilisation } = run.channels;
    const use = utilisation[channel];
    return `${run.placeName(from[channel])} → ${run.placeName(to[channel])}` +
        (use === null ? "" : `: in use ${percent(use)} of the time`);
}

export function TopologyView({ run, clock, loads, selected = -1, onPick, label, onStage }) {
    const canvas = useRef(null);
    const live = useRef({});
    const [tip, setTip] = useState(null);
    live.current.selected = selected;
    live.current.onPick = onPick;

    useEffect(() => {
        const animation = clock && run.recorded ? new Animation(run) : null;
        let pending = false, stage = null, scene = null;
        const draw = () => {
            pending = false;
            scene = animation?.scene(clock);
            stage.draw(scene, options(run, animation, scene, live.current.selected));
        };
        const later = () => {
            if (!pending) {
                pending = true;
                requestAnimationFrame(draw);
            }
        };
        stage = new Stage(canvas.current, run.layout, {
            changed: () => stage && later(),
            pick: (x, y) => live.current.onPick?.(packetAt(scene, stage, x, y)),
            hover: (x, y, px, py) => {
                const text = x === null ? null : describe(run, run.layout, x, y, stage.view().k);
                setTip(text && { text, px, py });
            },
        });
        stage.loads = loads;
        stage.refresh();
        live.current.later = later;
        canvas.current.stage = stage; // for tests: where things are
        canvas.current.sceneNow = () => animation?.scene(clock);
        onStage?.(stage);
        const stop = clock?.listen(later);
        return () => {
            stop?.();
            stage.free();
        };
    }, [run, clock, loads]);
    useEffect(() => live.current.later?.(), [selected]);

    return (
        <div class="stage">
            <canvas ref={canvas} tabIndex={0} role="img" aria-label={label} />
            {tip && <div class="tip" role="tooltip" style={{ left: `${tip.px}px`,
                top: `${tip.py}px` }}>{tip.text}</div>}
        </div>
    );
}

function options(run, animation, scene, selected) {
    if (!scene)
        return {};
    const { recorded, places } = animation;
    const held = [];
    recorded.circuitsAt(scene.now.cycle, (channel, packet) => held.push([channel, packet]));
    return {
        selected, held, places, serials: recorded.packets.serial,
        way: selected >= 0 ? recorded.way(selected).map((hop) => hop.channel) : [],
    };
}

// The packet of the flit, or probe, nearest to a point; -1 if none is near.
function packetAt(scene, stage, x, y) {
    let found = -1, least = PICK_PX / stage.view().k;
    for (const drawn of scene ? [...scene.flits, ...scene.controls] : []) {
        const d = Math.hypot(drawn.x - x, drawn.y - y);
        if (d < least) {
            least = d;
            found = drawn.thing.packet;
        }
    }
    return found;
}
