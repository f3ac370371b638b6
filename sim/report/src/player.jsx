// SPDX-License-Identifier: Apache-2.0
// The animation: its topology, or those of several runs side by side, its controls, and the packet
// that was chosen.
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { clockOf, SPEEDS } from "./clock.js";
import { figure } from "./data.js";
import { PacketList, PacketStory } from "./packets.jsx";
import { TopologyView } from "./topology_view.jsx";
import { count, number } from "./format.js";

const MOST_SIDE_BY_SIDE = 4;

function useCycle(clock) {
    const [state, setState] = useState({});
    useEffect(() => clock.listen(() => setState((before) => {
        const { cycle, playing, speed } = clock;
        const same = before.cycle === cycle && before.playing === playing && before.speed === speed;
        return same ? before : { cycle, playing, speed };
    })), [clock]);
}

export function Player({ runs, run, onRun, wanted }) {
    const recorded = runs.filter((r) => r.recorded);
    const [together, setTogether] = useState(recorded.length > 1);
    const shown = together ? recorded.slice(0, MOST_SIDE_BY_SIDE) : [run];
    const clock = useMemo(() => clockOf(shown.map((r) => r.recorded)), [together, together || run]);
    const [serial, setSerial] = useState(-1);
    const stages = useRef([]);
    useCycle(clock);
    useEffect(() => {
        const packet = wanted ? run.recorded.packets.serial.indexOf(wanted.serial) : -1;
        if (packet < 0)
            return;
        setSerial(wanted.serial);
        showStart(clock, run, packet);
    }, [wanted]);
    const select = (r, packet) => {
        setSerial(packet < 0 ? -1 : r.recorded.packets.serial[packet]);
        if (packet >= 0 && r !== run)
            onRun(r);
    };
    const chosen = run.recorded.packets.serial.indexOf(serial);
    const key = (event) => keyPressed(event, { clock, stages, run, chosen, select });
    return (
        <section id="animation" class="player" onKeyDown={key} aria-labelledby="animation-title"
            data-cycle={clock.of(shown[0].recorded)} data-playing={clock.playing}
            data-packet={serial}>
            <h2 id="animation-title">Packets and flits, cycle by cycle</h2>
            <Intro run={run} />
            {recorded.length > 1 && <label class="row"><input type="checkbox" checked={together}
                onChange={(e) => setTogether(e.target.checked)} /> runs side by side
                {recorded.length > MOST_SIDE_BY_SIDE && `, the first ${MOST_SIDE_BY_SIDE}`}</label>}
            <div class={`stages stages-${shown.length}`}>
                {shown.map((r, i) => (
                    <figure key={r.index} class={shown.length > 1 && r === run ? "of-chosen" : ""}>
                        {shown.length > 1 && <figcaption>{r.label}{latencyOf(r)}</figcaption>}
                        <TopologyView run={r} clock={clock}
                            selected={r.recorded.packets.serial.indexOf(serial)}
                            onPick={(packet) => select(r, packet)}
                            onStage={(stage) => { stages.current[i] = stage; }}
                            label={`Animation of the topology, ${r.label || r.result.topology.kind}. ` +
                                "Space plays and pauses, arrows step, plus and minus change speed."} />
                    </figure>))}
            </div>
            <Controls clock={clock} run={shown[0]} stages={stages} />
            <Legend circuits={shown.some((r) => r.recorded.circuits)} />
            <div class="packets-and-story">
                <PacketList run={run} selected={chosen} onSelect={(p) => {
                    select(run, p);
                    showStart(clock, run, p);
                }} />
                {chosen >= 0 ? <Stories runs={shown} serial={serial} clock={clock} />
                    : <p class="hint">Choose a packet from the list, or click on a flit: its way is
                        marked, and its story told here.</p>}
            </div>
        </section>
    );
}

function latencyOf(run) {
    const mean = figure(run.result, "fabric.latency_cycles.mean");
    return mean === null ? "" : `: mean latency ${number(mean)} cycles`;
}

// What happened to a packet in each run, on the same scale of time.
function Stories({ runs, serial, clock }) {
    const packets = runs.map((r) => r.recorded.packets.serial.indexOf(serial));
    const cycles = Math.max(...packets.map((packet, i) => {
        const { recorded } = runs[i];
        return packet < 0 ? 0 : recorded.life(packet)[1] + 1 - recorded.packets.created[packet];
    }));
    return <div>{runs.map((r, i) => <PacketStory key={r.index} run={r} packet={packets[i]}
        clock={clock} cycles={cycles} titled={runs.length > 1} />)}</div>;
}

// Goes to a cycle in which something of the packet can be seen.
function showStart(clock, run, packet) {
    const { injected, created } = run.recorded.packets;
    const from = injected[packet] >= 0 ? injected[packet] : created[packet];
    const end = run.recorded.life(packet)[1];
    const cycle = clock.of(run.recorded);
    if (cycle < from || cycle > end)
        clock.seekCycle(run.recorded, from);
}

function Intro({ run }) {
    const { recorded } = run;
    return (
        <p>Cycles {number(recorded.from)} to {number(recorded.to - 1)} of{" "}
            {number(run.result.cycles)}: {count(recorded.numPackets, "packet")}.
            {run.recording.cut && " The recording ends there so that the page stays small; " +
                "--report-from shows later cycles."}</p>
    );
}

function keyPressed(event, { clock, stages, run, chosen, select }) {
    const tag = event.target.tagName;
    const typing = tag === "INPUT" && event.target.type !== "range";
    if (event.ctrlKey || event.metaKey || event.altKey || typing)
        return;
    const ownSpace = ["BUTTON", "SELECT", "SUMMARY"].includes(tag) || event.target.type === "checkbox";
    const ownArrows = tag === "SELECT" || tag === "INPUT" || event.target.classList.contains("scroll");
    const many = event.shiftKey ? 10 : 1;
    const cycleThrough = (by) => select(run,
        (Math.max(0, chosen + by) + run.recorded.numPackets) % run.recorded.numPackets);
    const actions = {
        " ": () => ownSpace || clock.toggle(),
        ArrowRight: () => ownArrows || clock.step(many),
        ArrowLeft: () => ownArrows || clock.step(-many),
        Home: () => ownArrows || clock.seek(0),
        End: () => ownArrows || clock.seek(clock.length - 1),
        "+": () => clock.faster(1),
        "=": () => clock.faster(1),
        "-": () => clock.faster(-1),
        "]": () => cycleThrough(1),
        "[": () => cycleThrough(-1),
        0: () => stages.current.forEach((stage) => stage?.fit()),
        Escape: () => select(run, -1),
    };
    if (actions[event.key] && actions[event.key]() !== true)
        event.preventDefault();
}

const ICONS = {
    play: "M5 2 L14 8 L5 14 Z", pause: "M4 2 H7 V14 H4 Z M9 2 H12 V14 H9 Z",
    on: "M3 2 H5.5 V14 H3 Z M7 2 L14 8 L7 14 Z", back: "M13 2 H10.5 V14 H13 Z M9 2 L2 8 L9 14 Z",
    plus: "M7 2 H9 V7 H14 V9 H9 V14 H7 V9 H2 V7 H7 Z", minus: "M2 7 H14 V9 H2 Z",
    all: "M2 2 H7 V4 H4 V7 H2 Z M9 2 H14 V7 H12 V4 H9 Z M2 9 H4 V12 H7 V14 H2 Z " +
         "M12 9 H14 V14 H9 V12 H12 Z",
};

function Icon({ name }) {
    return <svg viewBox="0 0 16 16" width="15" height="15" fill="currentColor" aria-hidden="true">
        <path d={ICONS[name]} /></svg>;
}

function Controls({ clock, run, stages }) {
    const cycle = clock.of(run.recorded);
    const zoom = (factor) => stages.current.forEach((stage) => stage?.zoomBy(factor));
    const button = (name, text, act, title = name) =>
        <button type="button" aria-label={name} title={title} onClick={act}>{text}</button>;
    return (
        <div class="controls" role="group" aria-label="Controls of the animation">
            {button("Back a cycle", <Icon name="back" />, () => clock.step(-1), "Back a cycle (left arrow)")}
            <button type="button" class="play" aria-label={clock.playing ? "Pause" : "Play"}
                title={`${clock.playing ? "Pause" : "Play"} (space)`}
                onClick={() => clock.toggle()}><Icon
                    name={clock.playing ? "pause" : "play"} /></button>
            {button("On a cycle", <Icon name="on" />, () => clock.step(1), "On a cycle (right arrow)")}
            <label class="slider"><span class="hidden">Cycle</span>
                <input type="range" min={0} max={clock.length - 1} step={1} value={clock.cycle}
                    aria-valuetext={`cycle ${cycle}`}
                    onInput={(e) => clock.seek(Number(e.target.value))} /></label>
            <output class="cycle">cycle <b>{number(cycle)}</b></output>
            <label>speed <select value={clock.speed} title="Slower and faster (- and +)"
                onChange={(e) => {
                    clock.speed = Number(e.target.value);
                    clock.tell();
                }}>{SPEEDS.map((speed, i) =>
                    <option value={i}>{speed} cycles/s</option>)}</select></label>
            <span class="zoom">
                {button("Zoom in", <Icon name="plus" />, () => zoom(1.5))}
                {button("Zoom out", <Icon name="minus" />, () => zoom(1 / 1.5))}
                {button("Show all", <Icon name="all" />, () => stages.current.forEach((s) => s?.fit()),
                    "Show all (0)")}
            </span>
            <Status clock={clock} run={run} />
        </div>
    );
}

// Told to screen readers when nothing moves.
function Status({ clock, run }) {
    if (clock.playing)
        return <output class="hidden" aria-live="off" />;
    const state = run.recorded.at(clock.of(run.recorded));
    return (
        <output class="status" aria-live="polite" data-flits={state.flits.length}>
            {count(state.numPackets, "packet")} under way, {count(state.flits.length, "flit")} in
            the network
        </output>
    );
}

const MARKS = [
    ["router", <rect x="2" y="2" width="12" height="12" rx="3" fill="none" stroke="currentColor"
        stroke-width="1.5" />],
    ["node, with the packets in its queue", <><circle cx="8" cy="8" r="6.5" />
        <text x="8" y="11.2" font-size="9" text-anchor="middle" fill="var(--page)">3</text></>],
    ["head", <path d="M14 8 L3 14 L3 2 Z" />],
    ["body", <rect x="3.5" y="3.5" width="9" height="9" />],
    ["tail", <><rect x="3.5" y="3.5" width="9" height="9" />
        <circle cx="8" cy="8" r="2.2" fill="var(--page)" /></>],
];
const CIRCUIT_MARKS = [
    ["probe", <circle cx="8" cy="8" r="5" fill="none" stroke="currentColor" stroke-width="3" />],
    ["ack, going back", <path d="M2 8 L13 2 L13 14 Z" />],
    ["nack, going back", <path d="M3 3 L13 13 M13 3 L3 13" stroke="currentColor" stroke-width="3" />],
    ["held by a circuit", <rect x="0" y="6" width="16" height="4" opacity="0.6" />],
];

function Legend({ circuits }) {
    return <>
        <ul class="legend marks">{[...MARKS, ...(circuits ? CIRCUIT_MARKS : [])]
            .map(([name, mark]) => <li><svg viewBox="0 0 16 16" width="14" height="14"
                fill="currentColor" aria-hidden="true">{mark}</svg> {name}</li>)}</ul>
        <details class="legend-of-marks">
            <summary>How to read it, and keys</summary>
            <p>A channel's first part is its wires, its last part the buffer at its end, where flits
                stand in line, virtual channels side by side. A line joins the flits of a packet.
                Colours tell packets apart and mean nothing else. Channels that leave the picture
                come in again at the other side.
                {circuits && " Dots that go back are wishes of other probes for the circuit."}</p>
            <p><kbd>space</kbd> play, pause; <kbd>←</kbd> <kbd>→</kbd> a cycle back, on (with{" "}
                <kbd>shift</kbd> ten); <kbd>home</kbd> <kbd>end</kbd> first, last cycle;{" "}
                <kbd>+</kbd> <kbd>−</kbd> faster, slower; <kbd>[</kbd> <kbd>]</kbd> packet before,
                after; <kbd>esc</kbd> no packet; <kbd>0</kbd> show all. Drag to move the picture;
                turn the wheel to zoom once it has been clicked on.</p>
        </details>
    </>;
}
