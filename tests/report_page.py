#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Looks at pages of `ordito run --report` in headless Chromium, as tests/report.sh made them in a
folder: what they show is what JSON, CSV and record say, and they can be used by mouse and keys.
usage: tests/report_page.py FOLDER
Needs Debian's chromium, chromium-driver and python3-selenium, for Debian's Python.
"""
import base64
import csv
import json
import pathlib
import re
import sys
import time

from selenium import webdriver
from selenium.webdriver import ActionChains, Keys
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service

FOLDER = pathlib.Path(sys.argv[1]).resolve()
PATIENCE_S = 20
failed = []


def check(name, good, told=""):
    if not good:
        failed.append(name)
        print(f"FAILED: {name}: {told}")


def data_of(page):
    text = (FOLDER / page).read_text()
    return json.loads(re.search(r'id="data">(.*?)</script>', text, re.S).group(1))


class Bytes:
    def __init__(self, text):
        self.bytes, self.at = base64.b64decode(text), 0

    def number(self):
        value = shift = 0
        while True:
            byte = self.bytes[self.at]
            self.at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    def signed(self):
        value = self.number()
        return -(value + 1) // 2 if value % 2 else value // 2


def events_of(run):
    """Yields (cycle, arrives, kind, place, packet, flit) as sim/report/README.md describes it."""
    recording, channels = run["recording"], run["topology"]["channels"]["latency_cycles"]
    bytes_, streams = Bytes(recording["events"]), {}
    cycle, place = recording["from_cycle"], 0
    while bytes_.at < len(bytes_.bytes):
        code = bytes_.number()
        kind = code & 7
        if kind == 7:
            cycle += bytes_.signed()
            continue
        place += bytes_.signed()
        vc = bytes_.number() if recording["num_vcs"] > 1 and kind in (0, 6) else 0
        key = (kind == 6, place, vc)
        if code & 8:
            streams[key] = [bytes_.number(), bytes_.number()]
        stream = streams[key]
        arrives = cycle if kind == 6 else cycle + (
            bytes_.number() if code & 64 else channels[place])
        yield cycle, arrives, kind, place, stream[0], stream[1]
        stream[1] += kind in (0, 6)


def head_at(run, serial, cycle):
    """(channel, whether it is on the wires) of a packet's head."""
    packet = run["recording"]["packets"]["serial"].index(serial)
    found = None
    for at, arrives, kind, place, whose, flit in events_of(run):
        if kind == 0 and whose == packet and flit == 0 and at <= cycle:
            found = (place, cycle < arrives)
    return found


class Browser:
    def __init__(self):
        options = Options()
        for argument in ("--headless=new", "--no-sandbox", "--disable-gpu",
                         "--disable-dev-shm-usage", "--window-size=1200,1000"):
            options.add_argument(argument)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        self.driver = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))
        self.driver.implicitly_wait(PATIENCE_S)
        self.run = self.driver.execute_script

    def media(self, **features):
        listed = [{"name": name.replace("_", "-"), "value": value}
                  for name, value in features.items()]
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": listed})

    def open(self, page):
        self.driver.get((FOLDER / page).as_uri())

    def find(self, selector):
        return self.driver.find_element("css selector", selector)

    def press(self, key, *held):
        chain = ActionChains(self.driver)
        for each in held:
            chain.key_down(each)
        chain.send_keys(key)
        for each in held:
            chain.key_up(each)
        chain.perform()

    def attribute(self, name):
        return self.find("#animation").get_attribute(name)

    @property
    def cycle(self):
        return int(self.attribute("data-cycle"))

    def wait(self, condition):
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            if condition():
                return True
            time.sleep(0.03)
        return False

    def check_log(self, page):
        said = [line["message"] for line in self.driver.get_log("browser")]
        check(f"{page}: no word on the console", not said, said)
        asked = set()
        for line in self.driver.get_log("performance"):
            message = json.loads(line["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                asked.add(message["params"]["request"]["url"].split(":")[0])
        check(f"{page}: asks for files alone", asked <= {"file", "data"}, asked)


def check_figures(browser, page, result):
    shown = browser.run("""return [...document.querySelectorAll('[data-figure]')].map(
        (e) => [e.dataset.figure, Number(e.dataset.value), e.textContent])""")
    check(f"{page}: figures are shown", len(shown) >= 5, shown)
    for path, value, text in shown:
        expected = result
        for key in path.split("."):
            expected = expected[key]
        check(f"{page}: {path}", value == expected, f"{value}, in the JSON {expected}")
        digits = re.sub(r"[^\d.]", "", text.split("%")[0].split("cycles")[0])
        share = 100 * expected if "%" in text else expected
        check(f"{page}: {path} in words", digits and abs(
            float(re.match(r"\d+\.?\d*", digits).group()) - share) <= 0.01 * share + 0.01,
            f"{text} for {share}")


def check_curves(browser):
    """Each curve has something on it, also where packets are far apart."""
    coloured = browser.run("""return [...document.querySelectorAll('#curves canvas')].map((c) => {
        const p = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;
        let n = 0;
        for (let i = 0; i < p.length; i += 4)
            n += p[i + 3] > 100 && Math.max(p[i], p[i + 1], p[i + 2])
                - Math.min(p[i], p[i + 1], p[i + 2]) > 60;
        return n; })""")
    check("curves are seen", len(coloured) == 3 and min(coloured) > 20, coloured)


def check_steps(browser):
    start = browser.cycle
    canvas = browser.find("#animation canvas")
    browser.run("arguments[0].focus()", canvas)
    for key, held, cycles in ((Keys.ARROW_RIGHT, [], 1), (Keys.ARROW_RIGHT, [Keys.SHIFT], 10),
                              (Keys.ARROW_LEFT, [], -1)):
        before = browser.cycle
        browser.press(key, *held)
        check(f"{cycles} by a key", browser.wait(lambda: browser.cycle == before + cycles),
              browser.cycle)
    for label, cycles in (("On a cycle", 1), ("Back a cycle", -1)):
        before = browser.cycle
        browser.find(f"[aria-label='{label}']").click()
        check(label, browser.wait(lambda: browser.cycle == before + cycles), browser.cycle)
    browser.run("arguments[0].focus()", canvas)
    browser.press(Keys.END)
    check("to the end", browser.wait(lambda: browser.cycle > start + 100), browser.cycle)
    browser.press(Keys.HOME)
    check("to the begin", browser.wait(lambda: browser.cycle == start), browser.cycle)
    before = browser.find(".controls select").get_attribute("value")
    browser.press("+")
    check("faster", browser.wait(
        lambda: browser.find(".controls select").get_attribute("value") > before))
    browser.press("-")


def check_play(browser):
    start = browser.cycle
    browser.run("arguments[0].focus()", browser.find("#animation canvas"))
    browser.press(Keys.SPACE)
    check("it plays", browser.wait(lambda: browser.cycle >= start + 2), browser.cycle)
    browser.press(Keys.SPACE)
    check("it pauses", browser.wait(lambda: browser.attribute("data-playing") == "false"))
    still = browser.cycle
    time.sleep(0.3)
    check("it stays", browser.cycle == still, browser.cycle)


SCENE = """const canvas = document.querySelector('#animation canvas');
    return canvas.sceneNow().flits.map(({thing, x, y}) => {
        const [px, py] = canvas.stage.screen(x, y);
        return {packet: thing.packet, idx: thing.idx, channel: thing.channel,
                wires: thing.where === 0, x: px, y: py};
    });"""


def check_packet(browser, run):
    """A click chooses a packet; its head is where the record says."""
    slider = ".slider input"
    browser.run("""const s = document.querySelector(arguments[0]); s.value = 150;
        s.dispatchEvent(new Event('input', {bubbles: true}));""", slider)
    browser.wait(lambda: browser.cycle == run["recording"]["from_cycle"] + 150)
    serials = run["recording"]["packets"]["serial"]
    flits = [f for f in browser.run(SCENE) if f["idx"] == 0 and f["channel"] >= 0]
    check("heads are shown", flits)
    alone = max(flits, key=lambda f: min([abs(f["x"] - g["x"]) + abs(f["y"] - g["y"])
                                          for g in flits if g is not f] or [1e9]))
    canvas = browser.find("#animation canvas")
    browser.run("arguments[0].scrollIntoView({block: 'center'})", canvas)
    size = canvas.size
    ActionChains(browser.driver).move_to_element_with_offset(
        canvas, round(alone["x"] - size["width"] / 2), round(alone["y"] - size["height"] / 2)
    ).click().perform()
    serial = serials[alone["packet"]]
    check("a click chooses the packet", browser.wait(
        lambda: browser.attribute("data-packet") == str(serial)), browser.attribute("data-packet"))
    check("its story is told", re.sub(r"\D", "", browser.find(".story p").text.split("carries")[0])
          == str(serial))
    for _ in range(6):
        shown = [(f["channel"], f["wires"]) for f in browser.run(SCENE)
                 if f["packet"] == alone["packet"] and f["idx"] == 0 and f["channel"] >= 0]
        expected = head_at(run, serial, browser.cycle)
        check(f"its head in cycle {browser.cycle}", not shown or shown == [expected],
              f"{shown}, in the record {expected}")
        before = browser.cycle
        browser.find("[aria-label='On a cycle']").click()
        browser.wait(lambda: browser.cycle > before)


def check_record(run):
    """The record is what --packets says."""
    packets = run["recording"]["packets"]
    with open(FOLDER / "mesh.csv", encoding="ascii") as file:
        rows = {int(row["packet"]): row for row in csv.DictReader(file)}
    first, last = {}, {}
    for cycle, _, kind, _, packet, flit in events_of(run):
        if kind == 0 and flit == 0:
            first.setdefault(packet, cycle)
        if kind == 6:
            last[packet] = cycle
    num = 0
    for i, serial in enumerate(packets["serial"]):
        if packets["ejected"][i] < 0:
            continue
        row = rows[serial]
        num += 1
        told = (first[i], last[i], packets["created"][i])
        wanted = tuple(int(row[name]) for name in ("injected_cycle", "ejected_cycle",
                                                   "created_cycle"))
        check(f"packet {serial}", told == wanted, f"{told}, in the CSV {wanted}")
    check("packets of the record", num > 100, num)


def check_looks(browser):
    colours = []
    for scheme in ("light", "dark"):
        browser.media(prefers_color_scheme=scheme)
        browser.open("mesh.html")
        colours.append(browser.run("return getComputedStyle(document.body).backgroundColor"))
    check("light and dark differ", colours[0] != colours[1], colours)
    browser.run("""const s = document.querySelector('.theme select'); s.value = 'light';
        s.dispatchEvent(new Event('change', {bubbles: true}));""")
    check("the switch", browser.run("return getComputedStyle(document.body).backgroundColor")
          == colours[0])
    browser.media(prefers_color_scheme="light", prefers_reduced_motion="reduce")
    browser.open("mesh.html")
    check("motion is reduced", browser.find(".controls select").get_attribute("value") == "1")
    browser.media(prefers_color_scheme="light")
    browser.driver.set_window_size(500, 900)
    browser.open("mesh.html")
    wide = browser.run("return [document.documentElement.scrollWidth, innerWidth]")
    check("a narrow window holds it", wide[0] <= wide[1], wide)
    browser.driver.set_window_size(1200, 1000)


def check_tabs(browser):
    """All that can be used is reached by Tab, and shows it."""
    browser.open("mesh.html")
    reached = set()
    for _ in range(40):
        browser.press(Keys.TAB)
        name, ring = browser.run("""const e = document.activeElement;
            return [e.tagName + ' ' + (e.getAttribute('aria-label') ?? e.type ?? ''),
                    getComputedStyle(e).outlineStyle]""")
        check(f"{name} has a focus ring", ring != "none" or name.startswith("BODY"), ring)
        reached.add(name.split(" ")[0] if name.startswith("CANVAS") else name)
    for name in ("CANVAS", "BUTTON Play", "BUTTON On a cycle", "INPUT range"):
        check(f"Tab comes to {name}", name in reached, sorted(reached))


def main():
    browser = Browser()
    try:
        mesh = data_of("mesh.html")["runs"][0]
        check_record(mesh)
        browser.open("mesh.html")
        check_figures(browser, "mesh", json.loads((FOLDER / "mesh.json").read_text()))
        check_steps(browser)
        check_play(browser)
        check_packet(browser, mesh)
        browser.check_log("mesh.html")
        check_tabs(browser)
        check_looks(browser)
        for page in ("odd.html", "circuit.html", "nodes.html", "ideal.html", "loggops.html",
                     "failing.html"):
            browser.open(page)
            check(f"{page}: it opens", browser.find("#summary .outcome").text)
            if page == "nodes.html":
                rows = browser.run("return document.querySelectorAll('#slowest-messages tbody tr').length")
                check("slowest messages", rows == 20, rows)
                check_curves(browser)
            if page == "circuit.html":
                browser.find("#animation .packets button").click()
                check("a probe's story", "probe" in browser.find(".story p").text)
            browser.check_log(page)
        browser.open("sweep.html")
        check("runs side by side", browser.run(
            "return document.querySelectorAll('#animation canvas').length") == 3)
        browser.run("document.querySelectorAll('.runs button')[1].click()")
        check("another run is shown", browser.wait(
            lambda: "wormhole" in browser.find("h2.of-run").text))
        browser.check_log("sweep.html")
    finally:
        browser.driver.quit()
    return 1 if failed else 0


sys.exit(main())
