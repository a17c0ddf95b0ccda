import { fixed, percent, pValue, type TableColumn, text, wholeNumber } from "../display/table";

export const words = (name: string): TableColumn => ({ name, format: text });
export const number = (name: string, digits = 4): TableColumn => ({ name, format: fixed(digits) });
export const whole = (name: string): TableColumn => ({ name, format: wholeNumber });
export const share = (name: string): TableColumn => ({ name, format: percent(1) });
export const probability = (name: string): TableColumn => ({ name, format: pValue });

/** `95 %` */
export const asPercent = (level: number): string => `${Math.round(level * 1000) / 10} %`;
