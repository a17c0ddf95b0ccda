/** A number for a sentence: three significant digits. */
export function shortNumber(value: number): string {
  return String(Number(value.toPrecision(3)));
}

/** `4 treated and 2 control`. */
export function armWords({ treated, control }: { readonly treated: number; readonly control: number }): string {
  return `${treated.toLocaleString("en-GB")} treated and ${control.toLocaleString("en-GB")} control`;
}
