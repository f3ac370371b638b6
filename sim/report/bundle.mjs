// SPDX-License-Identifier: Apache-2.0
// Bundles src/ into one HTML file; called by scripts/build-report in a folder with node_modules.
// usage: node bundle.mjs OUTPUT
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { build } from "esbuild";

const result = await build({
    entryPoints: ["src/main.jsx"], bundle: true, minify: true, write: false, outdir: "out",
    target: ["es2022"], charset: "utf8", format: "iife", metafile: true, legalComments: "none",
    jsx: "automatic", jsxImportSource: "preact",
});
const text = (end) => result.outputFiles.find((file) => file.path.endsWith(end)).text.trim();

// Names of the packages of which something is in the bundle.
const packages = [...new Set(Object.keys(result.metafile.inputs)
    .map((path) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1]).filter(Boolean))].sort();

function licence(name) {
    const folder = `node_modules/${name}`;
    const { version } = JSON.parse(readFileSync(`${folder}/package.json`, "utf8"));
    const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
    if (!file || !existsSync(`${folder}/${file}`))
        throw new Error(`${name} has no licence file`);
    return `${name} ${version}\n\n${readFileSync(`${folder}/${file}`, "utf8").trim()}\n`;
}

const script = text(".js").replaceAll("</script", "<\\/script").replaceAll("<!--", "<\\!--");
const parts = { STYLE: text(".css"), SCRIPT: script };
const licences = packages.map(licence).join("\n----\n\n").replaceAll("--", "- -");
const page = readFileSync("src/template.html", "utf8")
    .replace(/\/\*(STYLE|SCRIPT)\*\//g, (_, name) => parts[name]);
writeFileSync(process.argv[2], `${page}<!--\nLicences of the libraries in this page.\n\n${licences}-->\n`);
