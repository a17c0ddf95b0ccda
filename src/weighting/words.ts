/** `4 treated and 2 control`. */
export function armWords({ treated, control }: { readonly treated: number; readonly control: number }): string {
  return `${treated.toLocaleString("en-GB")} treated and ${control.toLocaleString("en-GB")} control`;
}
