// Made on first use: plain text needs none, and an engine without it can still import the library.
let graphemes: Intl.Segmenter | undefined;

/** Letters and signs that take one cell each: ASCII, the Latin alphabets, dashes, minus and infinity. */
const PLAIN = /^[\x20-\x7e\u00a0-\u02ff\u2010-\u2027\u2212\u221e]*$/;
const WIDE =
  /\ufe0f|[\p{Emoji_Presentation}\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\u3000-\u303e\uff01-\uff60\uffe0-\uffe6]/u;
const WITHOUT_WIDTH = /^[\p{Mark}\p{Format}\p{Control}]+$/u;

/** How many cells of a terminal a text takes: East Asian letters and emoji two, combining marks none. */
export function displayWidth(text: string): number {
  if (PLAIN.test(text)) return text.length;
  graphemes ??= new Intl.Segmenter("en", { granularity: "grapheme" });
  let width = 0;
  for (const { segment } of graphemes.segment(text)) {
    if (WIDE.test(segment)) width += 2;
    else if (!WITHOUT_WIDTH.test(segment)) width += 1;
  }
  return width;
}

/** The text on one line, without control characters. */
export function oneLine(text: string): string {
  return text.replace(/\p{Control}+/gu, " ");
}
