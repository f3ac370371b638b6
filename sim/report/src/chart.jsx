// SPDX-License-Identifier: Apache-2.0
// Curves by uPlot, with their figures as a table for those who cannot see them.
import { useEffect, useRef, useState } from "preact/hooks";
import uPlot from "uplot";
import { onTheme, readColours } from "./colours.js";
import { number } from "./format.js";

const HEIGHT_PX = 260;

// series: [{label, values, kind: "line" | "steps" | "bars" | "points", colour: number}];
// width: of the stretch from each x on that values of steps and bars are of; marks: [{x, label}]
// vertical lines; xText: names of the values of x, if these are no numbers.
export function Chart({ title, x, width = 0, xLabel, yLabel, series, marks = [], xText = null,
                        note = null, logarithmic = false }) {
    const holder = useRef(null);
    useEffect(() => {
        const place = holder.current;
        let plot = null;
        const make = () => {
            plot?.destroy();
            plot = new uPlot(options({ holder: place, width, xLabel, yLabel, series, marks,
                xText, logarithmic }), [x, ...series.map((s) => s.values)], place);
        };
        make();
        const observer = new ResizeObserver(() => {
            if (plot.width !== place.clientWidth)
                plot.setSize({ width: place.clientWidth, height: HEIGHT_PX });
        });
        observer.observe(place);
        const stop = onTheme(make);
        return () => {
            observer.disconnect();
            stop();
            plot.destroy();
        };
    }, [x, series, logarithmic]);
    return (
        <figure class="chart">
            <figcaption>{title}</figcaption>
            <div ref={holder} role="img" aria-label={`${title}: ${yLabel} over ${xLabel}`} />
            {note && <p class="note">{note}</p>}
            <FigureTable x={x} xLabel={xLabel} xText={xText} series={series} />
        </figure>
    );
}

function FigureTable({ x, xLabel, xText, series }) {
    const [open, setOpen] = useState(false);
    return (
        <details onToggle={(e) => setOpen(e.target.open)}>
            <summary>Figures</summary>
            {open && <div class="scroll" tabIndex={0}><table>
                <thead><tr><th>{xLabel}</th>{series.filter((s) => s.label)
                    .map((s) => <th>{s.label}</th>)}</tr></thead>
                <tbody>{x.map((value, i) => <tr><td>{xText ? xText[value] : number(value)}</td>
                    {series.filter((s) => s.label).map((s) => <td>{number(s.values[i])}</td>)}</tr>)}
                </tbody></table></div>}
        </details>
    );
}

const DASHES = [[], [8, 4], [2, 3], [10, 3, 2, 3]];

// Values as bars, or as steps, each from its x to the next, and the last as wide as all.
function stretches(width, bars) {
    return (plot, s, from, to) => {
        const [x, values] = [plot.data[0], plot.data[s]], path = new Path2D();
        const across = (v) => plot.valToPos(v, "x", true), up = (v) => plot.valToPos(v, "y", true);
        for (let i = from; i <= to; i++) {
            if (values[i] === null)
                continue;
            const begin = across(x[i]), end = across(x[i] + width), y = up(values[i]);
            if (bars)
                path.rect(begin, y, end - begin, up(0) - y);
            else if (i > from && values[i - 1] !== null)
                path.lineTo(begin, y);
            else
                path.moveTo(begin, y);
            if (!bars)
                path.lineTo(end, y);
        }
        return { stroke: path, fill: bars ? path : null };
    };
}

function seriesOptions(s, i, colours, width) {
    const colour = colours.packets[(s.colour ?? i) % colours.packets.length];
    const common = { label: s.label, stroke: colour, width: 2, points: { show: s.kind === "points" },
                     value: (_, v) => number(v), dash: DASHES[Math.floor(i / 7) % 4] };
    if (s.kind === "bars")
        return { ...common, width: 1, fill: `${colour}99`, paths: stretches(width, true) };
    if (s.kind === "steps")
        return { ...common, paths: stretches(width, false) };
    return { ...common, points: { show: s.kind === "points", size: 7, fill: colour } };
}

function options({ holder, width, xLabel, yLabel, series, marks, xText, logarithmic }) {
    const colours = readColours();
    const font = "12px system-ui, sans-serif";
    const axis = { stroke: colours.muted, grid: { stroke: colours.grid, width: 1 },
                   ticks: { stroke: colours.grid, width: 1 }, font, labelFont: font };
    return {
        width: holder.clientWidth, height: HEIGHT_PX,
        scales: { x: { time: false, range: xText ? (_, a, b) => [a - 0.3, b + 0.3]
                  : width ? (_, a, b) => [a, b + width] : undefined },
                  y: { distr: logarithmic ? 3 : 1,
                       range: logarithmic ? undefined : (_, a, b) => [Math.min(0, a), b * 1.06 || 1] } },
        axes: [
            { ...axis, label: xLabel, labelSize: 22, space: 75,
              values: xText ? (_, at) => at.map((v) => xText[v] ?? "") : (_, at) => at.map((v) =>
                  (v === null ? "" : number(v))),
              splits: xText ? () => Object.keys(xText).map(Number) : undefined },
            { ...axis, label: yLabel, size: 58, labelSize: 20,
              values: (_, at) => at.map((v) => (v === null ? "" : number(v))) },
        ],
        series: [{ label: xLabel.split(",")[0], value: (_, v) => (v === null ? "" : xText ? xText[v] : number(v)) },
                 ...series.map((s, i) => ({ ...seriesOptions(s, i, colours, width),
                     ...(xText && { paths: () => null }) }))],
        cursor: { y: false },
        legend: { show: true },
        hooks: { draw: [(plot) => drawMarks(plot, marks, colours)] },
    };
}

function drawMarks(plot, marks, colours) {
    const { ctx: context, bbox } = plot;
    const ratio = uPlot.pxRatio;
    context.save();
    context.strokeStyle = context.fillStyle = colours.muted;
    context.lineWidth = ratio;
    context.setLineDash([4 * ratio, 3 * ratio]);
    context.font = `${11 * ratio}px system-ui, sans-serif`;
    marks.forEach(({ x, label }, i) => {
        const at = plot.valToPos(x, "x", true);
        if (at < bbox.left || at > bbox.left + bbox.width)
            return;
        context.beginPath();
        context.moveTo(at, bbox.top);
        context.lineTo(at, bbox.top + bbox.height);
        context.stroke();
        const right = at > bbox.left + 0.8 * bbox.width;
        context.textAlign = right ? "right" : "left";
        context.fillText(label, at + (right ? -4 : 4) * ratio, bbox.top + (12 + 13 * (i % 3)) * ratio);
    });
    context.restore();
}
