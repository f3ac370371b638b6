// SPDX-License-Identifier: Apache-2.0
// Where routers, nodes and channels are drawn. Places are numbered as in the data: routers, then
// nodes. The unit is the distance of neighbouring routers.

export const ROUTER_HALF = 0.14;
export const NODE_RADIUS = 0.075;
const LANE = 0.075; // a channel's distance from the middle between both directions
const NODE_DISTANCE = 0.44;
const STUB = 0.46; // of a channel that leaves a picture at one side and comes in at the other
const CURVE_POINTS = 14;

// The least distance of two different points, of a sample if there are many.
function unitOf(x, y, num) {
    const step = Math.max(1, Math.floor(num / 400));
    let least = Infinity;
    for (let i = 0; i < num; i += step)
        for (let j = 0; j < num; j++) {
            const d = Math.hypot(x[i] - x[j], y[i] - y[j]);
            if (d > 1e-9 && d < least)
                least = d;
        }
    return Number.isFinite(least) ? least : 1;
}

// A direction that is not near any of these: down to the right, or the middle of the widest gap.
function freeAngle(angles) {
    const usual = Math.PI / 4, turn = 2 * Math.PI;
    const apart = (a, b) => Math.abs(((a - b + 3 * Math.PI) % turn + turn) % turn - Math.PI);
    if (angles.length !== 2 && angles.every((angle) => apart(angle, usual) > Math.PI / 6))
        return usual;
    const sorted = angles.map((a) => (a + 2 * turn) % turn).sort((a, b) => a - b);
    let widest = 0, middle = usual;
    sorted.forEach((angle, i) => {
        const next = i + 1 < sorted.length ? sorted[i + 1] : sorted[0] + turn;
        if (next - angle > widest + 1e-6) {
            widest = next - angle;
            middle = angle + widest / 2;
        }
    });
    return sorted.length < 3 && widest > 1.3 * Math.PI ? usual : middle;
}

export class Layout {
    // `channels` as of data.js; `routers` and `nodes` with columns x and y, which grows upwards.
    constructor(routers, nodes, channels) {
        const x = [...routers.x, ...nodes.x], y = [...routers.y, ...nodes.y];
        this.numRouters = routers.x.length;
        this.numNodes = nodes.x.length;
        this.num = x.length;
        const unit = unitOf(x, y, this.numRouters > 1 ? this.numRouters : this.num);
        this.x = Float64Array.from(x, (v) => v / unit);
        this.y = Float64Array.from(y, (v) => -v / unit);
        this.spreadNodes(channels);
        this.paths = channels.from.map((from, i) =>
            this.path(from, channels.to[i], channels.bend[i] / unit, channels.wraps[i]));
        this.box = this.bounds();
    }

    isRouter(place) {
        return place < this.numRouters;
    }

    radius(place) {
        return this.isRouter(place) ? ROUTER_HALF : NODE_RADIUS;
    }

    // Nodes that are too near to their router are drawn beside it, away from its channels.
    spreadNodes(channels) {
        const links = new Map(), nodes = [];
        channels.from.forEach((from, i) => {
            const to = channels.to[i];
            const angle = Math.atan2(this.y[to] - this.y[from], this.x[to] - this.x[from]);
            if (from >= this.numRouters)
                nodes.push([from, to]);
            else if (to < this.numRouters)
                links.set(from, [...(links.get(from) ?? []),
                                 channels.wraps[i] ? angle + Math.PI : angle]);
        });
        for (const [node, router] of nodes) {
            const dx = this.x[node] - this.x[router], dy = this.y[node] - this.y[router];
            const distance = Math.hypot(dx, dy);
            if (distance >= NODE_DISTANCE)
                continue;
            const angle = distance > 0.05 ? Math.atan2(dy, dx) : freeAngle(links.get(router) ?? []);
            this.x[node] = this.x[router] + NODE_DISTANCE * Math.cos(angle);
            this.y[node] = this.y[router] + NODE_DISTANCE * Math.sin(angle);
        }
    }

    // The points of a channel from its begin to its end: straight, an arc whose middle is `bend`
    // to the right, or two ends at opposite sides of the picture.
    path(a, b, bend, wraps) {
        const dx = this.x[b] - this.x[a], dy = this.y[b] - this.y[a];
        const length = Math.hypot(dx, dy) || 1e-6;
        const ux = dx / length, uy = dy / length;
        const nx = -uy, ny = ux; // to the right of the way, as y grows downwards
        const lane = this.isRouter(a) && this.isRouter(b) ? LANE : LANE / 2;
        if (wraps)
            return this.stubs(a, b, ux, uy, lane);
        const from = [this.x[a] + ux * this.radius(a) + nx * lane,
                      this.y[a] + uy * this.radius(a) + ny * lane];
        const to = [this.x[b] - ux * this.radius(b) + nx * lane,
                    this.y[b] - uy * this.radius(b) + ny * lane];
        if (!bend)
            return new Path([from, to], 0);
        const cx = (from[0] + to[0]) / 2 + nx * 2 * bend;
        const cy = (from[1] + to[1]) / 2 + ny * 2 * bend;
        const points = [];
        for (let i = 0; i <= CURVE_POINTS; i++) {
            const t = i / CURVE_POINTS, r = 1 - t;
            points.push([r * r * from[0] + 2 * r * t * cx + t * t * to[0],
                         r * r * from[1] + 2 * r * t * cy + t * t * to[1]]);
        }
        return new Path(points, 0);
    }

    // It goes away from the other router.
    stubs(a, b, ux, uy, lane) {
        const side = [uy * lane, -ux * lane];
        const out = [this.x[a] + side[0], this.y[a] + side[1]];
        const into = [this.x[b] + side[0], this.y[b] + side[1]];
        const at = (p, d) => [p[0] + ux * d, p[1] + uy * d];
        return new Path([at(out, -ROUTER_HALF), at(out, -ROUTER_HALF - STUB),
                         at(into, ROUTER_HALF + STUB), at(into, ROUTER_HALF)], 0.5);
    }

    bounds() {
        let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
        const take = (x, y) => {
            left = Math.min(left, x);
            right = Math.max(right, x);
            top = Math.min(top, y);
            bottom = Math.max(bottom, y);
        };
        for (let i = 0; i < this.num; i++)
            take(this.x[i], this.y[i]);
        for (const path of this.paths)
            for (const [x, y] of path.points)
                take(x, y);
        const margin = 0.3;
        return { left: left - margin, top: top - margin, right: right + margin,
                 bottom: bottom + margin };
    }

    // The router or node at a point, or -1.
    placeAt(x, y) {
        let found = -1, least = Infinity;
        for (let i = 0; i < this.num; i++) {
            const d = Math.hypot(this.x[i] - x, this.y[i] - y);
            if (d < this.radius(i) * 1.5 && d < least) {
                least = d;
                found = i;
            }
        }
        return found;
    }

    // The channel nearest to a point, within a distance, or -1.
    channelAt(x, y, within) {
        let found = -1, least = within;
        this.paths.forEach((path, i) => {
            const d = path.distance(x, y);
            if (d < least) {
                least = d;
                found = i;
            }
        });
        return found;
    }
}

class Path {
    constructor(points, breaks) {
        this.points = points;
        this.breaks = breaks;
        this.lengths = [0];
        for (let i = 1; i < points.length; i++) {
            const gap = breaks && i === 2;
            const d = gap ? 0 : Math.hypot(points[i][0] - points[i - 1][0],
                                           points[i][1] - points[i - 1][1]);
            this.lengths.push(this.lengths[i - 1] + d);
        }
        this.length = this.lengths[points.length - 1] || 1e-6;
    }

    // The point at a part (0..1) of the way, and the direction there.
    at(part) {
        const target = Math.min(1, Math.max(0, part)) * this.length;
        let i = 1;
        while (i < this.points.length - 1 &&
               (this.lengths[i] < target || this.lengths[i] === this.lengths[i - 1]))
            i++;
        const [a, b] = [this.points[i - 1], this.points[i]];
        const span = this.lengths[i] - this.lengths[i - 1] || 1e-6;
        const t = Math.min(1, Math.max(0, (target - this.lengths[i - 1]) / span));
        const length = Math.hypot(b[0] - a[0], b[1] - a[1]) || 1e-6;
        return { x: a[0] + (b[0] - a[0]) * t, y: a[1] + (b[1] - a[1]) * t,
                 ux: (b[0] - a[0]) / length, uy: (b[1] - a[1]) / length };
    }

    // Its corners on the way from one part to another, null where it leaves the picture.
    corners(from, to) {
        const low = Math.min(from, to) * this.length, high = Math.max(from, to) * this.length;
        const found = [];
        this.points.forEach((point, i) => {
            if (this.breaks && i === 2 && low < this.lengths[i] && this.lengths[i] < high)
                found.push(null);
            if (low <= this.lengths[i] && this.lengths[i] <= high)
                found.push(point);
        });
        return from > to ? found.reverse() : found;
    }

    distance(x, y) {
        let least = Infinity;
        for (let i = 1; i < this.points.length; i++) {
            if (this.breaks && i === 2)
                continue;
            const [a, b] = [this.points[i - 1], this.points[i]];
            const dx = b[0] - a[0], dy = b[1] - a[1];
            const t = Math.min(1, Math.max(0,
                ((x - a[0]) * dx + (y - a[1]) * dy) / (dx * dx + dy * dy || 1e-12)));
            least = Math.min(least, Math.hypot(a[0] + dx * t - x, a[1] + dy * t - y));
        }
        return least;
    }

    // Adds itself to what is drawn.
    trace(context) {
        this.points.forEach(([x, y], i) => {
            if (i === 0 || (this.breaks && i === 2))
                context.moveTo(x, y);
            else
                context.lineTo(x, y);
        });
    }
}
