// Checks documents with the programs that integrators use: node check.mjs DOCS OUT
// Lints each OpenAPI document, writes its TypeScript types into OUT, and reads asyncapi.json.
import { readFile, readdir, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";

import { Parser } from "@asyncapi/parser";
import { createConfig, lint } from "@redocly/openapi-core";
import openapiTS, { astToString } from "openapi-typescript";

const [docs, out] = process.argv.slice(2);
const config = await createConfig({ extends: ["recommended"] });
const wrong = [];

for (const file of (await readdir(join(docs, "openapi"))).sort()) {
  const path = join(docs, "openapi", file);
  for (const found of await lint({ ref: path, config })) {
    if (found.severity === "error") {
      wrong.push(`${file}${found.location[0]?.pointer}: ${found.message} (${found.ruleId})`);
    }
  }
  const types = await openapiTS(JSON.parse(await readFile(path, "utf8")));
  await writeFile(join(out, `${basename(file, ".json")}.ts`), astToString(types));
}

const parsed = await new Parser().parse(await readFile(join(docs, "asyncapi.json"), "utf8"));
for (const found of parsed.diagnostics.filter(({ severity }) => severity === 0)) {
  wrong.push(`asyncapi.json#/${found.path.join("/")}: ${found.message}`);
}

wrong.forEach((line) => console.error(line));
process.exit(wrong.length > 0 ? 1 : 0);
