// SPDX-License-Identifier: Apache-2.0
// Parts of a whole as a bar, and in words.
import { number, words } from "./format.js";

// parts: [{name, cycles}]
export function Breakdown({ parts, unit, of = null }) {
    const sum = parts.reduce((all, part) => all + part.cycles, 0);
    const shown = parts.filter((part) => part.cycles > 0);
    const widest = of ?? sum;
    return (
        <div class="breakdown">
            <div class="bar" aria-hidden="true" style={{ width: `${(100 * sum) / (widest || 1)}%` }}>
                {shown.map((part, i) => (
                    <span style={{ flexGrow: part.cycles }} title={`${words(part.name)}: ${
                        number(part.cycles)} ${unit}`}
                        class={`part part-${part.colour ?? i % 8}`} />))}
            </div>
            {of === null && <ul class="legend">{shown.map((part, i) => (
                <li><span class={`swatch part-${part.colour ?? i % 8}`} aria-hidden="true" />
                    {words(part.name)} <b>{number(part.cycles)}</b></li>))}
                <li>of <b>{number(sum)}</b> {unit}</li></ul>}
        </div>
    );
}
