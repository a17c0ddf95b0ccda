import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatCell, formatValue, roundedTo } from "../../src/display/format";
import { type CellFormat, fixed, percent, pValue, text, wholeNumber } from "../../src/display/table";

const formats: readonly CellFormat[] = [text, fixed(0), fixed(3), wholeNumber, percent(1), pValue];

describe("roundedTo", () => {
  it("keeps to its decimals, with a true minus sign and none before zero", () => {
    expect([-0.071, -0.0049, 0.00476, 0, 0.405].map((value) => roundedTo(value, 2))).toEqual([
      "−0.07",
      "0.00",
      "0.00",
      "0.00",
      "0.41",
    ]);
  });
});

describe("formatValue", () => {
  it("writes every format", () => {
    expect(formatValue(0.1, text)).toBe("0.1");
    expect(formatValue(-12, text)).toBe("−12");
    expect(formatValue(2.804887, fixed(3))).toBe("2.805");
    expect(formatValue(-2.804887, fixed(1))).toBe("−2.8");
    expect(formatValue(1234567, wholeNumber)).toBe("1,234,567");
    expect(formatValue(-1234.56, wholeNumber)).toBe("−1,234.6");
    expect(formatValue(0.1804, percent(1))).toBe("18.0 %");
    expect(formatValue(-0.1806, percent(0))).toBe("−18 %");
    expect(formatValue(0.0321, pValue)).toBe(".032");
    expect(formatValue(0.001, pValue)).toBe(".001");
    expect(formatValue(0.00099999, pValue)).toBe("<.001");
    expect(formatValue(0, pValue)).toBe("<.001");
    expect(formatValue(1, pValue)).toBe("1.000");
  });

  it("leaves missing values empty, text as it is, and shows infinities, in every format", () => {
    for (const format of formats) {
      expect(formatValue(null, format)).toBe("");
      expect(formatValue(Number.NaN, format)).toBe("");
      expect(formatValue("-1 (ref.)", format)).toBe("-1 (ref.)");
      expect(formatValue(Number.POSITIVE_INFINITY, format)).toBe("∞");
      expect(formatValue(Number.NEGATIVE_INFINITY, format)).toBe("−∞");
    }
  });

  it("gives zero no sign, in every format", () => {
    for (const format of formats) expect(formatValue(-0, format)).toBe(formatValue(0, format));
    expect(formatValue(-0.00001, percent(1))).toBe("0.0 %");
    expect(formatValue(-0.01, wholeNumber)).toBe("0");
  });

  it("turns to scientific notation where decimals would show zeros only, or too many digits", () => {
    expect(formatValue(0, fixed(3))).toBe("0.000");
    expect(formatValue(0.0005, fixed(3))).toBe("0.001");
    expect(formatValue(0.000499, fixed(3))).toBe("4.99e−4");
    expect(formatValue(-1.5e-17, fixed(3))).toBe("−1.50e−17");
    expect(formatValue(5e-324, fixed(3))).toMatch(/^4\.94e−324$/);
    expect(formatValue(999_999_999, fixed(1))).toBe("999999999.0");
    expect(formatValue(1e12, fixed(3))).toBe("1.00e+12");
    expect(formatValue(-1.7e308, fixed(3))).toBe("−1.70e+308");
    expect(formatValue(1e21, percent(1))).toBe("1.00e+23 %");
  });

  it("reads back as the number, to the decimals shown (property)", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, min: -1e300, max: 1e300 }), fc.nat(6), (value, digits) => {
        const read = Number(formatValue(value, fixed(digits)).replaceAll("−", "-"));
        const tolerance = Math.max(0.5 * 10 ** -digits, 0.005 * Math.abs(value)) * (1 + 1e-9);
        expect(Math.abs(read - value)).toBeLessThanOrEqual(tolerance);
        if (value !== 0) expect(read).not.toBe(0);
      }),
    );
  });
});

describe("formatCell", () => {
  it("lets a cell's own format go before the column's", () => {
    expect(formatCell(0.5, fixed(2))).toBe("0.50");
    expect(formatCell({ value: 0.5, format: percent(0) }, fixed(2))).toBe("50 %");
    expect(formatCell({ value: null, format: percent(0) }, fixed(2))).toBe("");
    expect(formatCell(null, fixed(2))).toBe("");
  });
});
