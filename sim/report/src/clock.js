// SPDX-License-Identifier: Apache-2.0
// The time of an animation, in cycles since its beginning.
import { reducedMotion } from "./colours.js";

export const SPEEDS = [1, 2, 4, 8, 15, 30, 60, 120, 250, 500]; // cycles a second
const FIRST_SPEED = 3;

// The time of recordings that begin in different cycles: they keep step by cycle where they share
// most of their cycles, and otherwise begin together.
export function clockOf(recordings) {
    const base = Math.max(...recordings.map((r) => r.from));
    const shared = Math.min(...recordings.map((r) => r.to)) - base;
    const longest = Math.max(...recordings.map((r) => r.to - r.from));
    return 2 * shared >= longest ? new Clock(shared, base) : new Clock(longest, null);
}

export class Clock {
    constructor(length, base) {
        this.length = length; // cycles
        this.base = base; // cycle of its beginning; null: that of the recording
        this.time = 0;
        this.playing = false;
        this.speed = reducedMotion() ? 1 : FIRST_SPEED; // of SPEEDS
        this.listeners = new Set();
    }

    get cycle() {
        return Math.floor(this.time);
    }

    // The cycle of a recording that is shown.
    of(recording) {
        return Math.min((this.base ?? recording.from) + this.cycle, recording.to - 1);
    }

    // Goes to a cycle of a recording.
    seekCycle(recording, cycle) {
        this.seek(cycle - (this.base ?? recording.from));
    }

    listen(listener) {
        this.listeners.add(listener);
        return () => this.listeners.delete(listener);
    }

    tell() {
        this.listeners.forEach((listener) => listener());
    }

    seek(time) {
        this.time = Math.min(this.length - 1, Math.max(0, time));
        this.tell();
    }

    step(cycles) {
        this.playing = false;
        this.seek(cycles < 0 && this.time > this.cycle ? this.cycle : this.cycle + cycles);
    }

    faster(steps) {
        this.speed = Math.min(SPEEDS.length - 1, Math.max(0, this.speed + steps));
        this.tell();
    }

    toggle() {
        if (this.playing) {
            this.playing = false;
            this.seek(this.cycle);
            return;
        }
        if (this.time >= this.length - 1)
            this.time = 0;
        this.playing = true;
        let before = performance.now();
        const frame = (now) => {
            if (!this.playing)
                return;
            const elapsed = Math.min(0.1, (now - before) / 1000);
            before = now;
            this.time += elapsed * SPEEDS[this.speed];
            if (this.time >= this.length - 1) {
                this.time = this.length - 1;
                this.playing = false;
            }
            this.tell();
            requestAnimationFrame(frame);
        };
        requestAnimationFrame(frame);
        this.tell();
    }
}
