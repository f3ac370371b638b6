// SPDX-License-Identifier: Apache-2.0
// Colours, which come from the style sheet, so that light and dark are said once.

const NAMES = ["page", "text", "muted", "link", "router", "router-edge", "node", "node-edge",
               "accent", "grid", "faint"];
export const NUM_PACKET_COLOURS = 7;
const NUM_LOAD_COLOURS = 7;

export function readColours() {
    const style = getComputedStyle(document.documentElement);
    const get = (name) => style.getPropertyValue(`--${name}`).trim();
    const colours = Object.fromEntries(NAMES.map((name) => [name, get(name)]));
    colours.packets = Array.from({ length: NUM_PACKET_COLOURS }, (_, i) => get(`packet-${i}`));
    colours.loads = Array.from({ length: NUM_LOAD_COLOURS }, (_, i) => rgb(get(`load-${i}`)));
    return colours;
}

function rgb(text) {
    const n = parseInt(text.slice(1), 16);
    return [n >> 16, (n >> 8) & 255, n & 255];
}

// The colour of a share (0..1) of the greatest load.
export function loadColour(colours, share) {
    const at = Math.min(1, Math.max(0, share)) * (colours.loads.length - 1);
    const i = Math.min(colours.loads.length - 2, Math.floor(at)), t = at - i;
    const mixed = colours.loads[i].map((c, k) => Math.round(c + (colours.loads[i + 1][k] - c) * t));
    return `rgb(${mixed.join(",")})`;
}

export function packetColour(colours, serial) {
    return colours.packets[serial % NUM_PACKET_COLOURS];
}

// --- the theme: "auto" follows the system ---------------------------------------------------------
const listeners = new Set();
const system = matchMedia("(prefers-color-scheme: dark)");
let choice = "auto";

export function theme() {
    return choice;
}

export function setTheme(name) {
    choice = name;
    const dark = name === "dark" || (name === "auto" && system.matches);
    document.documentElement.dataset.theme = dark ? "dark" : "light";
    listeners.forEach((listener) => listener());
}

export function onTheme(listener) {
    listeners.add(listener);
    return () => listeners.delete(listener);
}

system.addEventListener("change", () => setTheme(choice));

export const reducedMotion = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
