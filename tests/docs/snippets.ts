import { readdirSync, readFileSync } from "node:fs";

/** A block of TypeScript in the documentation, with where it stands. */
export interface Snippet {
  readonly where: string;
  readonly code: string;
}

const root = new URL("../../", import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), "utf8");

/** Every ```ts block of a Markdown file. */
export function markdownSnippets(path: string): Snippet[] {
  return blocks(read(path)).map((code, i) => ({ where: `${path}, block ${i + 1}`, code }));
}

/** Every ```ts block in the doc comments under src/. */
export function docSnippets(): Snippet[] {
  const files = readdirSync(new URL("src/", root), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .sort();
  return files.flatMap((file) =>
    [...read(`src/${file}`).matchAll(/\/\*\*[\s\S]*?\*\//g)].flatMap(([comment]) =>
      blocks(comment.replaceAll(/^\s*\* ?/gm, "")).map((code, i) => ({ where: `src/${file}, example ${i + 1}`, code })),
    ),
  );
}

function blocks(text: string): string[] {
  return [...text.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code]) => code);
}

/**
 * A snippet as a module that collects what its comments claim: `expression; // 160` becomes a pair of the expression's
 * value and 160. A claim is JSON, and may be followed by a colon or a bracket with words.
 */
export function withClaims({ code }: Snippet): string {
  const lines = code.split("\n").map((line) => {
    const claim = /^(\s*)(?!const |let |return |import )([^/]+?); \/\/ (.+)$/.exec(line);
    const value = claim && parseClaim(claim[3]);
    const expression = claim?.[2].replace(/^console\.log\((.*)\)$/, "$1");
    return value ? `${claim[1]}__claims.push([${expression}, ${value}]);` : line;
  });
  return `export const __claims: [unknown, unknown][] = [];\n${lines.join("\n")}\n`;
}

function parseClaim(text: string): string | null {
  for (const candidate of [text, text.split(/: | \(/)[0]]) {
    const json = candidate.replaceAll(/(\w+): /g, '"$1": ');
    for (const attempt of [candidate, json]) {
      try {
        JSON.parse(attempt);
        return attempt;
      } catch {
        // Not a value: the comment is prose.
      }
    }
  }
  return null;
}
