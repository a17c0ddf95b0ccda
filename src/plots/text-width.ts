/** Widths as shares of the font size, those of the wider sans serifs in use (DejaVu Sans, Verdana), so that no label is cut. */
const CLASSES: readonly (readonly [letters: RegExp, width: number])[] = [
  [/[ijlI.,:;'|!()[\]ftr/ ]/, 0.39],
  [/[mwMW@%]/, 0.95],
  [/[A-Z&_=+<>~−×±≥≤–]/, 0.75],
];
const OTHERS = 0.63;
const BOLD = 1.12;

/**
 * How wide a line of text is drawn, in pixels: outside a browser vega has no font to measure with, and its own guess, 0.8 of the
 * font size for every letter, leaves wide gaps beside the labels.
 */
export function textWidth(text: string, fontSize: number, isBold: boolean): number {
  let width = 0;
  for (const letter of text) width += CLASSES.find(([letters]) => letters.test(letter))?.[1] ?? OTHERS;
  return width * fontSize * (isBold ? BOLD : 1);
}
