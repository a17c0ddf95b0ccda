import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { speedTable } from "../../benchmarks/tables";
import { WORKLOADS } from "../../benchmarks/workloads/all";
import { type Table, text, wholeNumber } from "../../src/display/table";
import { render } from "../../src/index";
import { type Agreement, agreements } from "./agreement";
import { markdownSnippets } from "./snippets";

const root = fileURLToPath(new URL("../../", import.meta.url));
const path = `${root}README.md`;

/** README with the parts between `<!-- name -->` and `<!-- /name -->` written anew. */
export function freshReadme(): string {
  let readme = readFileSync(path, "utf8");
  readme = replacePart(readme, "output", `\n\`\`\`text\n${exampleOutput()}\n\`\`\`\n`);
  readme = replacePart(readme, "agreement", `\n${render(agreementTable(agreements()), "markdown")}\n`);
  const { outcomes } = JSON.parse(readFileSync(`${root}benchmarks/results.json`, "utf8"));
  return replacePart(readme, "speed", `\n${render(speedTable(outcomes, WORKLOADS), "markdown")}\n`);
}

function replacePart(readme: string, name: string, content: string): string {
  const pattern = new RegExp(`(<!-- ${name} -->)[\\s\\S]*?(<!-- /${name} -->)`);
  if (!pattern.test(readme)) throw new Error(`README has no part "${name}"`);
  return readme.replace(pattern, (_, open: string, close: string) => `${open}${content}${close}`);
}

/** What README's first example prints. */
function exampleOutput(): string {
  const [example] = markdownSnippets("README.md");
  return execFileSync("npx", ["tsx", "--eval", `(async () => {${asScript(example.code)}})()`], {
    cwd: root,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  }).trimEnd();
}

/** Imports as dynamic ones, for --eval. */
function asScript(code: string): string {
  return code.replaceAll(/import (\{[\s\S]*?\}) from ("[^"]+");/g, "const $1 = await import($2);");
}

export function agreementTable(lines: readonly Agreement[]): Table {
  return {
    kind: "table",
    columns: [
      { name: "what", format: text },
      { name: "compared with", format: text },
      { name: "numbers", format: wholeNumber },
      { name: "digits that agree, at the worst", format: text },
    ],
    rows: lines.map(({ what, against, numbers, digits }) => [
      what,
      against,
      numbers,
      digits === Number.POSITIVE_INFINITY ? "every one" : String(digits),
    ]),
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(path, freshReadme());
