import type { Table } from "../display/table";
import type { VegaLiteSpec } from "../plots/specification";

/** A piece of a report; prose is plain text, written for both renderers. */
export type Block =
  | { readonly type: "paragraph"; readonly text: string }
  | { readonly type: "list"; readonly items: readonly string[] }
  /** Terms with what they mean. */
  | { readonly type: "terms"; readonly items: readonly (readonly [term: string, meaning: string])[] }
  /** `id` names the table in the JSON file beside the report. */
  | {
      readonly type: "table";
      readonly id: string;
      readonly table: Table;
      /** Whether a page shows its title only until it is opened. */
      readonly isFolded?: boolean;
    }
  | { readonly type: "figure"; readonly id: string; readonly spec: VegaLiteSpec }
  | { readonly type: "code"; readonly text: string };

export interface Section {
  /** The anchor in the page. */
  readonly id: string;
  readonly title: string;
  readonly blocks: readonly Block[];
}

/** What a report says, before it is a page: plain data. */
export interface Report {
  readonly kind: "report";
  readonly title: string;
  /** What was found, in a few sentences, before all else. */
  readonly lead: readonly string[];
  /** Where its numbers stand. */
  readonly source?: string;
  readonly sections: readonly Section[];
}

export const paragraph = (text: string): Block => ({ type: "paragraph", text });
export const list = (items: readonly string[]): Block => ({ type: "list", items });
export const tableBlock = (id: string, table: Table): Block => ({ type: "table", id, table });
/** A table for those who want every number. */
export const folded = (id: string, table: Table): Block => ({ type: "table", id, table, isFolded: true });
export const figure = (id: string, spec: VegaLiteSpec): Block => ({ type: "figure", id, spec });
