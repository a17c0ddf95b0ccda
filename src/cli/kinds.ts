import { describeValue, listSome, suggest } from "../errors/words";

/** What a value may be. From one kind come the reading of the command line, the check of the config and its JSON schema. */
export type Kind =
  | { readonly type: "flag" }
  /** `isPath`: in a config it is relative to the config's folder. */
  | {
      readonly type: "text";
      readonly choices?: readonly string[];
      readonly isPath?: boolean;
      readonly pattern?: string;
    }
  | {
      readonly type: "number";
      readonly least?: number;
      readonly most?: number;
      readonly above?: number;
      readonly whole?: boolean;
    }
  /** Written `none` on the command line, `null` in a config. */
  | { readonly type: "none" }
  | { readonly type: "list"; readonly of: Kind; readonly length?: number }
  | { readonly type: "record"; readonly fields: Fields; readonly required?: readonly string[] }
  /** A record with names of the user's own. */
  | { readonly type: "names"; readonly of: Kind }
  | { readonly type: "either"; readonly of: readonly Kind[] };

export type Fields = Readonly<Record<string, Kind & { readonly help?: string }>>;

export const flag: Kind = { type: "flag" };
export const anyText: Kind = { type: "text" };
export const path: Kind = { type: "text", isPath: true };
export const none: Kind = { type: "none" };
export const choice = (...choices: string[]): Kind => ({ type: "text", choices });
export const number = (least?: number, most?: number): Kind => ({ type: "number", least, most });
export const above = (bound: number): Kind => ({ type: "number", above: bound });
export const whole = (least?: number, most?: number): Kind => ({ type: "number", whole: true, least, most });
export const list = (of: Kind, length?: number): Kind => ({ type: "list", of, length });
export const record = (fields: Fields, required?: readonly string[]): Kind => ({ type: "record", fields, required });
export const names = (of: Kind): Kind => ({ type: "names", of });
export const either = (...of: Kind[]): Kind => ({ type: "either", of });

/** What a value should have been, in one sentence that begins with its name; null where it is right. */
export function objection(kind: Kind, value: unknown, name: string): string | null {
  switch (kind.type) {
    case "list":
      if (!Array.isArray(value)) break;
      if (value.length === 0 || (kind.length !== undefined && value.length !== kind.length)) break;
      return first(value.map((item, i) => objection(kind.of, item, `${name}[${i}]`)));
    case "record":
      return isRecord(value) ? recordObjection(kind, value, name) : wrong(kind, value, name);
    case "names":
      if (!isRecord(value)) break;
      return first(Object.entries(value).map(([key, item]) => objection(kind.of, item, `${name}.${key}`)));
    case "either":
      return eitherObjection(kind.of, value, name);
    default:
      if (isSimple(kind, value)) return null;
  }
  return wrong(kind, value, name);
}

function isSimple(kind: Exclude<Kind, { type: "list" | "record" | "names" | "either" }>, value: unknown): boolean {
  switch (kind.type) {
    case "flag":
      return typeof value === "boolean";
    case "none":
      return value === null;
    case "text":
      return (
        typeof value === "string" &&
        (kind.choices?.includes(value) ?? value !== "") &&
        (kind.pattern === undefined || new RegExp(kind.pattern).test(value))
      );
    case "number":
      return (
        typeof value === "number" &&
        Number.isFinite(value) &&
        (!kind.whole || Number.isInteger(value)) &&
        value >= (kind.least ?? Number.NEGATIVE_INFINITY) &&
        value <= (kind.most ?? Number.POSITIVE_INFINITY) &&
        value > (kind.above ?? Number.NEGATIVE_INFINITY)
      );
  }
}

function recordObjection(kind: Kind & { type: "record" }, value: Record<string, unknown>, name: string): string | null {
  const known = Object.keys(kind.fields);
  const unknown = Object.keys(value).find((key) => !known.includes(key));
  if (unknown !== undefined) {
    return `${name} has no entry "${unknown}".${suggest(unknown, known, "entries")}`;
  }
  const missing = kind.required?.find((key) => !(key in value));
  if (missing !== undefined) return `${name} needs an entry "${missing}".`;
  return first(Object.entries(value).map(([key, item]) => objection(kind.fields[key], item, `${name}.${key}`)));
}

/** A record or list among the kinds says more about a record or list than the sum of all kinds. */
function eitherObjection(kinds: readonly Kind[], value: unknown, name: string): string | null {
  if (kinds.some((kind) => objection(kind, value, name) === null)) return null;
  const like = kinds.find(({ type }) =>
    Array.isArray(value) ? type === "list" : isRecord(value) && type === "record",
  );
  return like === undefined ? wrong({ type: "either", of: kinds }, value, name) : objection(like, value, name);
}

function wrong(kind: Kind, value: unknown, name: string): string {
  const choices = choicesOf(kind);
  const nearest = typeof value === "string" && choices.length > 0 ? suggest(value, choices, "choices") : "";
  // A nearest choice replaces the list of them, which the sentence has already.
  return `${name} must be ${inWords(kind)}, not ${describeValue(value)}.${nearest.startsWith(" Did") ? nearest : ""}`;
}

function choicesOf(kind: Kind): readonly string[] {
  if (kind.type === "either") return kind.of.flatMap(choicesOf);
  return kind.type === "text" ? (kind.choices ?? []) : [];
}

/** A kind as a sentence calls it. */
function inWords(kind: Kind): string {
  switch (kind.type) {
    case "flag":
      return "true or false";
    case "none":
      return "none";
    case "text":
      return (
        kind.choices?.map((word) => JSON.stringify(word)).join(" or ") ??
        (kind.pattern ? `a text with ${kind.pattern.replaceAll("\\", "")} in it` : "a text")
      );
    case "number":
      return numberInWords(kind);
    case "list":
      return `a list${kind.length === undefined ? "" : ` of ${kind.length}`}, each ${inWords(kind.of)}`;
    case "record":
      return `a JSON object of ${listSome(Object.keys(kind.fields), 20)}`;
    case "names":
      return `a JSON object, each entry ${inWords(kind.of)}`;
    case "either":
      return kind.of.map(inWords).join(" or ");
  }
}

function numberInWords({ least, most, above, whole }: Kind & { type: "number" }): string {
  const what = whole ? "a whole number" : "a number";
  if (above !== undefined) return `${what} above ${above}`;
  if (least !== undefined && most !== undefined) return `${what} from ${least} to ${most}`;
  return least === undefined ? what : `${what} of ${least} or more`;
}

function first(objections: readonly (string | null)[]): string | null {
  return objections.find((sentence) => sentence !== null) ?? null;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * A word of the command line as a value of the kind, as far as it can be read as one; `objection` says whether it is. Lists
 * are separated by commas; lists and records may be JSON.
 */
export function fromText(kind: Kind, text: string): unknown {
  switch (kind.type) {
    case "flag":
    case "text":
      return text;
    case "none":
      return text === "none" ? null : text;
    case "number":
      return text.trim() === "" || Number.isNaN(Number(text)) ? text : Number(text);
    case "list":
      return fromJson(text, "[") ?? text.split(",").map((item) => fromText(kind.of, item.trim()));
    case "record":
    case "names":
      return fromJson(text, "{") ?? text;
    case "either": {
      const readings = kind.of.map((one) => fromText(one, text));
      const fitting = readings.findIndex((value, k) => objection(kind.of[k], value, "") === null);
      return fitting >= 0
        ? readings[fitting]
        : (readings.find((value) => value !== null && typeof value !== "string") ?? text);
    }
  }
}

function fromJson(text: string, opening: string): unknown {
  if (!text.trimStart().startsWith(opening)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The kind as a JSON schema, which accepts what `objection` has nothing against. */
export function schemaOf(kind: Kind & { readonly help?: string }): Record<string, unknown> {
  const description = kind.help === undefined ? {} : { description: kind.help };
  switch (kind.type) {
    case "flag":
      return { type: "boolean", ...description };
    case "none":
      return { type: "null", ...description };
    case "text":
      return {
        ...(kind.choices === undefined
          ? { type: "string", ...(kind.pattern ? {} : { minLength: 1 }) }
          : { enum: kind.choices }),
        ...(kind.pattern === undefined ? {} : { pattern: kind.pattern }),
        ...description,
      };
    case "number":
      return {
        type: kind.whole ? "integer" : "number",
        ...(kind.least === undefined ? {} : { minimum: kind.least }),
        ...(kind.most === undefined ? {} : { maximum: kind.most }),
        ...(kind.above === undefined ? {} : { exclusiveMinimum: kind.above }),
        ...description,
      };
    case "list":
      return {
        type: "array",
        items: schemaOf(kind.of),
        minItems: kind.length ?? 1,
        ...(kind.length === undefined ? {} : { maxItems: kind.length }),
        ...description,
      };
    case "record":
      return {
        type: "object",
        properties: Object.fromEntries(Object.entries(kind.fields).map(([name, field]) => [name, schemaOf(field)])),
        ...(kind.required === undefined ? {} : { required: kind.required }),
        additionalProperties: false,
        ...description,
      };
    case "names":
      return { type: "object", additionalProperties: schemaOf(kind.of), ...description };
    case "either":
      return { anyOf: kind.of.map(schemaOf), ...description };
  }
}
