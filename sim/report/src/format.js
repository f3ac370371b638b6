// SPDX-License-Identifier: Apache-2.0
// Numbers and names in words.

const grouped = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

export function number(value, digits = 4) {
    if (value === null || value === undefined)
        return "–";
    if (typeof value !== "number")
        return String(value);
    if (Number.isInteger(value))
        return grouped.format(value).replaceAll(",", "\u202f");
    return String(Number(value.toPrecision(digits)));
}

export function percent(value) {
    return value === null || value === undefined ? "–" : `${number(100 * value, 3)} %`;
}

export function count(num, one, many = `${one}s`) {
    return `${number(num)} ${num === 1 ? one : many}`;
}

// "source_queue" as "source queue".
export function words(name) {
    return name.replaceAll("_", " ");
}
