// SPDX-License-Identifier: Apache-2.0
// The way of a packet over time: a line a channel, a box for each flit while it is on the wires, a
// bar while it waits in the buffer at the end.
import { useEffect, useRef } from "preact/hooks";
import { onTheme, packetColour, readColours } from "./colours.js";
import { ACK, ASKED, EJECTED, FLIT, NACK, PROBE } from "./recording.js";
import { number } from "./format.js";

const ROW_PX = 20, LABEL_PX = 118, TOP_PX = 20, MIN_CYCLE_PX = 0.5, MAX_CYCLE_PX = 16;

// Channels in the order in which the packet comes to them first.
function rowsOf(story) {
    const rows = new Map();
    for (const event of story)
        if (event.kind !== EJECTED && !rows.has(event.place))
            rows.set(event.place, rows.size);
    return rows;
}

// Boxes: {row, from, to, until, kind, flit}; it waits from `to` to `until`.
function boxesOf(story, rows) {
    const last = new Map(); // by flit, or -1: control
    const boxes = [];
    for (const event of story) {
        const key = event.kind === FLIT || event.kind === EJECTED ? event.flit : -1;
        const before = last.get(key);
        if (before && (key >= 0 || (event.kind === PROBE && before.kind === PROBE)))
            before.until = Math.max(before.to, event.cycle);
        if (event.kind === EJECTED)
            continue;
        const box = { row: rows.get(event.place), from: event.cycle, to: event.arrives,
                      until: event.arrives, kind: event.kind, flit: event.flit };
        boxes.push(box);
        last.set(key, box);
    }
    return boxes;
}

// `cycles`: that fit into its width, no less than the packet takes.
export function SpaceTime({ run, packet, clock, cycles }) {
    const canvas = useRef(null);
    const recorded = run.recorded;
    const story = recorded.story(packet);
    const rows = rowsOf(story);
    const begin = recorded.packets.created[packet];
    const end = recorded.life(packet)[1] + 1;
    const height = TOP_PX + rows.size * ROW_PX + 6;

    useEffect(() => {
        const place = canvas.current;
        let colours = readColours();
        const boxes = boxesOf(story, rows);
        const draw = () => paint(place, { run, recorded, packet, rows, boxes, begin,
            end, cycles, colours, height, cycle: clock.of(recorded) });
        const observer = new ResizeObserver(draw);
        observer.observe(place);
        const stops = [clock.listen(draw), onTheme(() => {
            colours = readColours();
            draw();
        })];
        draw();
        return () => {
            observer.disconnect();
            stops.forEach((stop) => stop());
        };
    }, [run, packet, clock, cycles]);

    const seek = (event) => {
        const px = pixelsPerCycle(canvas.current.clientWidth, cycles);
        const cycle = begin + Math.floor((event.offsetX - LABEL_PX) / px);
        if (event.offsetX > LABEL_PX)
            clock.seekCycle(recorded, cycle);
    };
    return (
        <figure class="spacetime">
            <canvas ref={canvas} style={{ height: `${height}px` }} onClick={seek} role="img"
                aria-label={`Cycles ${begin} to ${end - 1} of the packet, a line for each channel`} />
            <figcaption>Time runs to the right, a line for each channel on its way. Boxes: a flit on
                the wires (the head is outlined). Thin bars: waiting in the buffer behind them.
                {recorded.circuits && " Rings: the probe; arrows: the ack, or crosses the nack, on its way back; " +
                    "dots: another probe that asks for the circuit."}
            </figcaption>
        </figure>
    );
}

function pixelsPerCycle(width, cycles) {
    return Math.min(MAX_CYCLE_PX, Math.max(MIN_CYCLE_PX, (width - LABEL_PX - 8) / cycles));
}

function shortName(run, place) {
    return place < run.layout.numRouters ? `r ${place}` : `n ${place - run.layout.numRouters}`;
}

function paint(canvas, view) {
    const ratio = window.devicePixelRatio || 1, width = canvas.clientWidth;
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(view.height * ratio);
    const context = canvas.getContext("2d");
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    const px = pixelsPerCycle(width, view.cycles);
    const x = (cycle) => LABEL_PX + (cycle - view.begin) * px;
    const y = (row) => TOP_PX + row * ROW_PX;
    paintFrame(context, view, width, px, x, y);
    const colour = packetColour(view.colours, view.recorded.packets.serial[view.packet]);
    for (const box of view.boxes)
        paintBox(context, box, colour, view.colours, x, y(box.row), px);
    context.fillStyle = view.colours.accent;
    if (view.begin <= view.cycle && view.cycle < view.end) {
        context.globalAlpha = 0.3;
        context.fillRect(x(view.cycle), TOP_PX - 3, Math.max(px, 1.5), view.height - TOP_PX);
        context.globalAlpha = 1;
    }
}

function paintFrame(context, view, width, px, x, y) {
    const { run, rows, colours } = view;
    context.font = "11px system-ui, sans-serif";
    context.textBaseline = "middle";
    context.textAlign = "left";
    context.fillStyle = colours.muted;
    context.strokeStyle = colours.grid;
    context.lineWidth = 1;
    for (const [channel, row] of rows) {
        const { from, to } = run.channels;
        context.fillText(`${shortName(run, from[channel])} → ${shortName(run, to[channel])}`, 2,
            y(row) + ROW_PX / 2);
        context.beginPath();
        context.moveTo(LABEL_PX, y(row) + ROW_PX + 0.5);
        context.lineTo(width, y(row) + ROW_PX + 0.5);
        context.stroke();
    }
    const span = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 100000]
        .find((s) => s * px >= 56) ?? 1000000;
    for (let c = Math.ceil(view.begin / span) * span; c < view.end; c += span) {
        context.fillText(number(c), x(c) + 2, TOP_PX / 2);
        context.beginPath();
        context.moveTo(x(c) + 0.5, TOP_PX - 6);
        context.lineTo(x(c) + 0.5, view.height);
        context.stroke();
    }
}

function paintBox(context, box, colour, colours, x, top, px) {
    const left = x(box.from), width = Math.max(1, (box.to - box.from) * px - (px > 3 ? 1 : 0));
    context.fillStyle = context.strokeStyle = colour;
    if (box.until > box.to) {
        context.globalAlpha = 0.35;
        context.fillRect(x(box.to), top + ROW_PX - 6, (box.until - box.to) * px, 3);
        context.globalAlpha = 1;
    }
    const middle = left + width / 2, h = Math.min(5, Math.max(2, px / 2));
    if (box.kind === FLIT) {
        context.globalAlpha = box.flit === 0 ? 1 : 0.7;
        context.fillRect(left, top + 4, width, ROW_PX - 8);
        context.globalAlpha = 1;
        if (box.flit === 0 && px > 3) {
            context.strokeStyle = colours.text;
            context.lineWidth = 1.5;
            context.strokeRect(left + 0.75, top + 4.75, width - 1.5, ROW_PX - 9.5);
        }
        return;
    }
    context.lineWidth = 1.5;
    context.beginPath();
    if (box.kind === PROBE) {
        context.arc(middle, top + ROW_PX / 2, h, 0, 2 * Math.PI);
        context.stroke();
    } else if (box.kind === ASKED) {
        context.arc(middle, top + ROW_PX / 2, Math.min(2, h), 0, 2 * Math.PI);
        context.fill();
    } else if (box.kind === NACK) {
        context.moveTo(middle - h, top + ROW_PX / 2 - h);
        context.lineTo(middle + h, top + ROW_PX / 2 + h);
        context.moveTo(middle + h, top + ROW_PX / 2 - h);
        context.lineTo(middle - h, top + ROW_PX / 2 + h);
        context.stroke();
    } else {
        const side = box.kind >= ACK ? 1 : -1;
        context.moveTo(middle - side * h, top + ROW_PX / 2);
        context.lineTo(middle + side * h, top + ROW_PX / 2 - h);
        context.lineTo(middle + side * h, top + ROW_PX / 2 + h);
        context.fill();
    }
}
