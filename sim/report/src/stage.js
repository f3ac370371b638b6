// SPDX-License-Identifier: Apache-2.0
// A canvas with the topology, which can be moved and zoomed. What stays is drawn once and kept.
import { select } from "d3-selection";
import { zoom, zoomIdentity } from "d3-zoom";
import { loadColour, onTheme, packetColour, readColours } from "./colours.js";
import { NODE_RADIUS, ROUTER_HALF } from "./layout.js";
import { ACK, ASKED, NACK, PROBE } from "./recording.js";

const TEXT = 0.13; // size of names, 1 to 3 digits
const TEXT_FROM_PX = 8; // for them to be written
const DRAG_PX = 4;
const MOST_SHAPES = 3000; // flits

export class Stage {
    // `events`: pick(x, y), hover(x, y or null), changed().
    constructor(canvas, layout, events) {
        this.canvas = canvas;
        this.layout = layout;
        this.events = events;
        this.kept = document.createElement("canvas");
        this.transform = zoomIdentity;
        this.colours = readColours();
        this.loads = null; // of channels and routers, as shares of the greatest
        this.stale = true;
        this.observer = new ResizeObserver(() => this.resize());
        this.observer.observe(canvas);
        this.offTheme = onTheme(() => {
            this.colours = readColours();
            this.refresh();
        });
        this.startZoom();
        this.startPointer();
        this.resize();
    }

    startZoom() {
        this.zoom = zoom().scaleExtent([1, 40])
            .filter((event) => !event.button &&
                (event.type !== "wheel" || event.ctrlKey || document.activeElement === this.canvas))
            .on("zoom", ({ transform }) => {
                this.transform = transform;
                this.refresh();
            });
        select(this.canvas).call(this.zoom).on("dblclick.zoom", null);
    }

    startPointer() {
        let down = null;
        this.canvas.addEventListener("pointerdown", (e) => { down = [e.clientX, e.clientY]; });
        this.canvas.addEventListener("click", (e) => {
            if (down && Math.hypot(e.clientX - down[0], e.clientY - down[1]) < DRAG_PX)
                this.events.pick?.(...this.world(e));
        });
        this.canvas.addEventListener("pointermove", (e) =>
            this.events.hover?.(...this.world(e), e.offsetX, e.offsetY));
        this.canvas.addEventListener("pointerleave", () => this.events.hover?.(null));
    }

    free() {
        this.observer.disconnect();
        this.offTheme();
        select(this.canvas).on(".zoom", null);
    }

    world(event) {
        const { k, x, y } = this.view();
        return [(event.offsetX - x) / k, (event.offsetY - y) / k];
    }

    // Where a point of the layout is on the canvas, in CSS pixels.
    screen(wx, wy) {
        const { k, x, y } = this.view();
        return [wx * k + x, wy * k + y];
    }

    zoomBy(factor) {
        select(this.canvas).call(this.zoom.scaleBy, factor);
    }

    fit() {
        select(this.canvas).call(this.zoom.transform, zoomIdentity);
    }

    resize() {
        const ratio = Math.min(3, window.devicePixelRatio || 1);
        this.width = this.canvas.clientWidth;
        this.height = this.canvas.clientHeight;
        this.ratio = ratio;
        for (const c of [this.canvas, this.kept]) {
            c.width = Math.max(1, Math.round(this.width * ratio));
            c.height = Math.max(1, Math.round(this.height * ratio));
        }
        this.zoom.extent([[0, 0], [this.width, this.height]])
            .translateExtent([[0, 0], [this.width, this.height]]);
        this.refresh();
    }

    refresh() {
        this.stale = true;
        this.events.changed?.();
    }

    // Scale and place of the layout's unit and origin, in CSS pixels.
    view() {
        const { left, top, right, bottom } = this.layout.box;
        const k = Math.min(this.width / (right - left), this.height / (bottom - top), 260);
        const x = (this.width - k * (right + left)) / 2;
        const y = (this.height - k * (bottom + top)) / 2;
        const t = this.transform;
        return { k: k * t.k, x: x * t.k + t.x, y: y * t.k + t.y };
    }

    enter(canvas) {
        const context = canvas.getContext("2d");
        const { k, x, y } = this.view(), r = this.ratio;
        context.setTransform(1, 0, 0, 1, 0, 0);
        context.clearRect(0, 0, canvas.width, canvas.height);
        context.setTransform(k * r, 0, 0, k * r, x * r, y * r);
        return context;
    }

    // --- what stays ---
    keep() {
        const context = this.enter(this.kept);
        this.pixel = 1 / this.view().k;
        this.drawChannels(context);
        this.drawPlaces(context);
        this.stale = false;
    }

    drawChannels(context) {
        const { layout, colours, loads, pixel } = this;
        context.lineCap = "round";
        if (!loads) {
            context.beginPath();
            layout.paths.forEach((path) => path.trace(context));
            context.strokeStyle = colours.link;
            context.lineWidth = Math.max(0.022, 0.6 * pixel);
            context.stroke();
            return;
        }
        const order = layout.paths.map((_, i) => i)
            .sort((a, b) => loads.channels[a] - loads.channels[b]);
        for (const i of order) {
            context.beginPath();
            layout.paths[i].trace(context);
            context.strokeStyle = loadColour(colours, loads.channels[i]);
            context.lineWidth = Math.max(0.03 + 0.05 * loads.channels[i], pixel);
            context.stroke();
        }
    }

    drawPlaces(context) {
        const { layout, colours, loads, pixel } = this;
        context.lineWidth = Math.max(0.014, 0.5 * pixel);
        for (let i = 0; i < layout.num; i++) {
            const x = layout.x[i], y = layout.y[i];
            context.beginPath();
            if (layout.isRouter(i))
                context.roundRect(x - ROUTER_HALF, y - ROUTER_HALF, 2 * ROUTER_HALF,
                    2 * ROUTER_HALF, 0.045);
            else
                context.arc(x, y, NODE_RADIUS, 0, 2 * Math.PI);
            context.fillStyle = !layout.isRouter(i) ? colours.node
                : loads ? loadColour(colours, loads.routers[i]) : colours.router;
            context.fill();
            context.strokeStyle = layout.isRouter(i) ? colours["router-edge"]
                : colours["node-edge"];
            context.stroke();
        }
        this.drawNames(context);
    }

    drawNames(context) {
        const { layout, colours, loads } = this;
        const { k } = this.view();
        const size = Math.min(TEXT, 0.42 / String(layout.numRouters - 1).length);
        if (size * k < TEXT_FROM_PX)
            return;
        context.font = `${size}px system-ui, sans-serif`;
        context.textAlign = "center";
        context.textBaseline = "middle";
        for (let i = 0; i < layout.numRouters; i++) {
            const dark = loads && loads.routers[i] > 0.45;
            context.fillStyle = dark ? colours.page : colours.muted;
            context.fillText(String(i), layout.x[i], layout.y[i]);
        }
    }

    // --- what moves ---
    // `scene` as of FlitPlaces, `selected` a packet or -1, `way` its channels, `held` channels of
    // circuits with their packets, `places` the FlitPlaces.
    draw(scene, { selected = -1, way = [], held = [], serials, places } = {}) {
        if (this.stale)
            this.keep();
        const context = this.enter(this.canvas);
        context.save();
        context.setTransform(1, 0, 0, 1, 0, 0);
        context.drawImage(this.kept, 0, 0);
        context.restore();
        if (!scene)
            return;
        const { size } = places;
        this.drawHeld(context, held, selected, serials);
        this.drawWay(context, way);
        this.drawQueues(context, scene.now.queued);
        this.drawPackets(context, scene.flits, selected, serials, places);
        this.drawControls(context, scene.controls, selected, serials, size);
    }

    strokePaths(context, channels, colour, width, alpha) {
        context.beginPath();
        for (const channel of channels)
            this.layout.paths[channel].trace(context);
        context.strokeStyle = colour;
        context.lineWidth = Math.max(width, this.pixel);
        context.globalAlpha = alpha;
        context.stroke();
        context.globalAlpha = 1;
    }

    drawWay(context, way) {
        this.strokePaths(context, way, this.colours.accent, 0.085, 0.28);
    }

    drawHeld(context, held, selected, serials) {
        for (const [channel, packet] of held) {
            const dim = selected >= 0 && packet !== selected;
            this.strokePaths(context, [channel], packetColour(this.colours, serials[packet]),
                0.045, dim ? 0.25 : 0.6);
        }
    }

    drawQueues(context, queued) {
        const { layout, colours, pixel } = this;
        context.font = `bold ${NODE_RADIUS * 1.25}px system-ui, sans-serif`;
        context.textAlign = "center";
        context.textBaseline = "middle";
        for (const [node, num] of queued) {
            const place = layout.numRouters + node;
            context.beginPath();
            context.arc(layout.x[place], layout.y[place], NODE_RADIUS, 0, 2 * Math.PI);
            context.fillStyle = colours["node-edge"];
            context.fill();
            if (NODE_RADIUS / pixel < 6)
                continue;
            context.fillStyle = colours.page;
            context.fillText(num > 99 ? "99+" : String(num), layout.x[place], layout.y[place]);
        }
    }

    // Lists of things to be drawn, by colour.
    byColour(flits, serials) {
        const groups = new Map();
        for (const drawn of flits) {
            const colour = packetColour(this.colours, serials[drawn.thing.packet]);
            if (groups.has(colour))
                groups.get(colour).push(drawn);
            else
                groups.set(colour, [drawn]);
        }
        return groups;
    }

    // A line through the flits of each packet, so that one sees how far it stretches.
    drawRibbons(context, flits, serials, places) {
        context.lineWidth = places.size * 0.5;
        context.lineJoin = "round";
        for (const [colour, list] of this.byColour(flits, serials)) {
            context.beginPath();
            for (let i = 0; i < list.length;) {
                const packet = list[i].thing.packet, begin = i;
                while (i < list.length && list[i].thing.packet === packet)
                    i++;
                let pen = false;
                for (const point of i - begin < 2 ? [] : places.ribbon(list.slice(begin, i))) {
                    if (point && pen)
                        context.lineTo(...point);
                    else if (point)
                        context.moveTo(...point);
                    pen = Boolean(point);
                }
            }
            context.strokeStyle = colour;
            context.stroke();
        }
    }

    drawFlits(context, flits, serials, half, edge) {
        const many = flits.length > MOST_SHAPES; // too many for more than squares
        const tails = edge && !many ? flits.filter(({ thing }) => thing.tail && thing.idx > 0) : [];
        context.lineWidth = Math.max(0.008, 0.4 * this.pixel);
        for (const [colour, list] of this.byColour(flits, serials)) {
            context.fillStyle = colour;
            context.strokeStyle = edge;
            for (const { thing, x, y, ux, uy } of list) {
                if (thing.idx > 0 || many) {
                    context.fillRect(x - half, y - half, 2 * half, 2 * half);
                    continue;
                }
                context.beginPath();
                arrow(context, x, y, ux, uy, half * 1.5);
                context.fill();
                if (edge)
                    context.stroke();
            }
        }
        context.beginPath();
        for (const { x, y } of tails) {
            context.moveTo(x, y);
            context.arc(x, y, half * 0.45, 0, 2 * Math.PI);
        }
        context.fillStyle = this.colours.page;
        context.fill();
    }

    // Those of a chosen packet are larger, and the others faint.
    drawPackets(context, flits, selected, serials, places) {
        const half = Math.max(places.size / 2, 1.8 * this.pixel);
        const isChosen = ({ thing }) => thing.packet === selected;
        const chosen = flits.filter(isChosen);
        const others = chosen.length > 0 ? flits.filter((f) => !isChosen(f)) : flits;
        const faint = selected >= 0;
        if (flits.length < MOST_SHAPES) {
            context.globalAlpha = faint ? 0.2 : 0.55;
            this.drawRibbons(context, others, serials, places);
        }
        context.globalAlpha = faint ? 0.4 : 1;
        this.drawFlits(context, others, serials, half,
            half > 2.2 * this.pixel ? this.colours.page : null);
        context.globalAlpha = 0.55;
        this.drawRibbons(context, chosen, serials, places);
        context.globalAlpha = 1;
        this.drawFlits(context, chosen, serials, half * 1.25, this.colours.text);
    }

    // Probes are open rings, acks filled triangles that go back, nacks crosses,
    // wishes for a circuit dots.
    drawControls(context, controls, selected, serials, size) {
        const h = Math.max(size * 0.85, 2.5 * this.pixel);
        for (const { thing, x, y, ux, uy } of controls) {
            const colour = packetColour(this.colours, serials[thing.packet]);
            context.globalAlpha = selected >= 0 && thing.packet !== selected ? 0.3 : 1;
            context.strokeStyle = context.fillStyle = colour;
            context.lineWidth = h * 0.5;
            context.beginPath();
            if (thing.kind === NACK) {
                context.moveTo(x - h, y - h);
                context.lineTo(x + h, y + h);
                context.moveTo(x + h, y - h);
                context.lineTo(x - h, y + h);
                context.stroke();
            } else if (thing.kind === PROBE) {
                context.arc(x, y, h, 0, 2 * Math.PI);
                context.fillStyle = this.colours.page;
                context.fill();
                context.stroke();
            } else if (thing.kind === ASKED) {
                context.arc(x, y, h * 0.5, 0, 2 * Math.PI);
                context.fill();
            } else {
                const back = thing.kind >= ACK ? -1 : 1;
                arrow(context, x, y, back * ux, back * uy, h * 1.4);
                context.fill();
            }
        }
        context.globalAlpha = 1;
    }
}

// A triangle that points along a direction, or a lozenge if there is none.
function arrow(context, x, y, ux, uy, h) {
    if (!ux && !uy) {
        context.moveTo(x + h, y);
        context.lineTo(x, y + h);
        context.lineTo(x - h, y);
        context.lineTo(x, y - h);
    } else {
        context.moveTo(x + ux * h, y + uy * h);
        context.lineTo(x - ux * h * 0.8 - uy * h, y - uy * h * 0.8 + ux * h);
        context.lineTo(x - ux * h * 0.8 + uy * h, y - uy * h * 0.8 - ux * h);
    }
    context.closePath();
}
