/** The offenders of a message: at most five, then how many more. */
export function listSome(items: readonly unknown[], limit = 5): string {
  const shown = items.slice(0, limit).map(String).join(", ");
  return items.length > limit ? `${shown} and ${grouped(items.length - limit)} more` : shown;
}

/** `1 row`, `3 rows`, `12,000 schools`. */
export function count(n: number, singular: string, plural = `${singular}s`): string {
  return `${grouped(n)} ${n === 1 ? singular : plural}`;
}

function grouped(n: number): string {
  return n.toLocaleString("en-GB");
}

/** A number for a sentence: three significant digits. */
export function shortNumber(value: number): string {
  return String(Number(value.toPrecision(3)));
}

/** A value as a message calls it: `the text "a"`, `the number 5`, `a Date`, `null`. */
export function describeValue(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value === "string") return `the text "${value}"`;
  if (typeof value === "number" || typeof value === "bigint") return `the number ${value}`;
  if (typeof value === "boolean") return `the value ${value}`;
  const type = Object.prototype.toString.call(value).slice("[object ".length, -1);
  return `${/^[AEIOU]/.test(type) ? "an" : "a"} ${type}`;
}

/** The sentence that offers the closest known name, or lists what there is. */
export function suggest(name: string, known: readonly string[], what = "columns"): string {
  const nearest = nearestName(name, known);
  if (nearest !== undefined) return ` Did you mean "${nearest}"?`;
  return known.length === 0 ? "" : ` The ${what} are: ${listSome(known, 8)}.`;
}

/** The known name within a third of the letters, at least one of them kept (case does not count), or undefined. */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  const wanted = name.toLowerCase();
  let best: string | undefined;
  let bestDistance = Math.min(Math.max(1, Math.floor(name.length / 3)), name.length - 1) + 1;
  for (const candidate of known) {
    if (Math.abs(candidate.length - name.length) >= bestDistance) continue;
    const distance = editDistance(wanted, candidate.toLowerCase());
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** Optimal string alignment distance: insertions, deletions, substitutions and swaps of neighbours cost 1. */
function editDistance(a: string, b: string): number {
  let twoAgo: number[] = [];
  let oneAgo = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const now = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = oneAgo[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      let cost = Math.min(now[j - 1] + 1, oneAgo[j] + 1, substitution);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) cost = Math.min(cost, twoAgo[j - 2] + 1);
      now.push(cost);
    }
    twoAgo = oneAgo;
    oneAgo = now;
  }
  return oneAgo[b.length];
}
