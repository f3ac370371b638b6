// SPDX-License-Identifier: Apache-2.0
// The page: what all sections are, in their order.
import { render } from "preact";
import { useState } from "preact/hooks";
import "uplot/dist/uPlot.min.css";
import "./style.css";
import { setTheme, theme } from "./colours.js";
import { Curves } from "./curves.jsx";
import { data, figure, runs, shortKey } from "./data.js";
import { count } from "./format.js";
import { HeatMap } from "./heatmap.jsx";
import { Player } from "./player.jsx";
import { Slowest } from "./slowest.jsx";
import { Configuration, Summary } from "./summary.jsx";
import { Sweep } from "./sweep.jsx";

function ThemeSwitch() {
    const [choice, setChoice] = useState(theme());
    return (
        <label class="theme">Colours <select value={choice} onChange={(e) => {
            setTheme(e.target.value);
            setChoice(e.target.value);
        }}>
            <option value="auto">of the system</option>
            <option value="light">light</option>
            <option value="dark">dark</option>
        </select></label>
    );
}

function Page() {
    const [run, setRun] = useState(runs.find((r) => r.result) ?? null);
    const [wanted, setWanted] = useState(null);
    const showPacket = (serial) => {
        setWanted({ serial });
        document.getElementById("animation")?.scrollIntoView();
    };
    return <>
        <a class="skip" href="#main">Skip to the contents</a>
        <header>
            <h1>{title()}</h1>
            <ThemeSwitch />
        </header>
        <Contents run={run} />
        <main id="main">
            {data.axes.length > 0 && <Sweep chosen={run} onRun={setRun} />}
            {run && data.axes.length > 0 && <h2 class="of-run">Run: {run.label}</h2>}
            {run && <Summary run={run} />}
            {run?.recorded && <Player runs={runs} run={run} onRun={setRun} wanted={wanted} />}
            {run && !run.recorded && run.no_recording && <p class="note">{run.no_recording}</p>}
            {run && data.axes.length > 0 && !run.hasTopology && <p class="note">Load, curves,
                slowest packets and animation are kept of the first runs alone.</p>}
            {run?.hasTopology && <HeatMap key={run.index} run={run} />}
            {run && (run.latency || run.over_time) && <Curves key={run.index} run={run} />}
            {run?.slowest.map((table) => <Slowest key={`${run.index} ${table.kind}`} run={run}
                table={table} onSelect={showPacket} />)}
            {run && <Configuration run={run} />}
        </main>
        <footer>Made by Ordito {data.version}. This page needs no network.
            Parts of it are preact, uPlot and d3; their licences are at the end of its source.</footer>
    </>;
}

// "torus, 64 nodes, wormhole, uniform traffic", or what was varied.
function title() {
    const run = runs.find((r) => r.result);
    if (data.axes.length > 0 || !run)
        return `${runs.length} runs over ${data.axes.map((a) => shortKey(a.key)).join(", ")}`;
    const { topology, config } = run.result;
    const traffic = config.workload?.pattern ? `${config.workload.pattern} traffic`
        : (config.workload?.path ?? "").split("/").pop();
    return [`${topology.kind} of ${count(topology.nodes, "node")}`,
            figure(run.result, "fabric.switching"), traffic].filter(Boolean).join(", ");
}

function Contents({ run }) {
    const links = [
        [data.axes.length > 0, "runs", "Runs"], [run, "summary", "Summary"],
        [run?.recorded, "animation", "Animation"], [run?.hasTopology, "load", "Load"],
        [run?.latency || run?.over_time, "curves", "Curves"],
        ...(run?.slowest ?? []).map((t) => [t.rows.length > 0, `slowest-${t.kind}`,
            `Slowest ${t.kind}`]),
        [run, "configuration", "Configuration"]];
    return <nav aria-label="Contents">{links.filter(([there]) => there)
        .map(([, id, name]) => <a href={`#${id}`}>{name}</a>)}</nav>;
}

setTheme("auto");
document.title = title();
render(<Page />, document.getElementById("page"));
