export { reportData } from "./data";
export type { Block, Report, Section } from "./document";
export { toHtml } from "./html";
export { toMarkdown } from "./markdown";
export { studyReport } from "./study-report";
