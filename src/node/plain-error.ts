import { type ErrorCode, fail, isLikewiseError } from "../errors/error";

/** An error that crosses threads whole: copying an `Error` would lose its code and details. */
export interface PlainError {
  /** Of a Likewise error, else null. */
  readonly code: ErrorCode | null;
  readonly message: string;
  readonly details: Readonly<Record<string, unknown>>;
  readonly stack: string | undefined;
}

export function plainError(error: unknown): PlainError {
  const { message, stack } = error as Partial<Error>;
  const isOurs = isLikewiseError(error);
  return {
    code: isOurs ? error.code : null,
    message: message ?? String(error),
    details: isOurs ? (JSON.parse(JSON.stringify(error.details)) as PlainError["details"]) : {},
    stack,
  };
}

/** Raises it again: as a Likewise error where it was one, with the worker's stack where it was not. */
export function raise({ code, message, details, stack }: PlainError): never {
  if (code !== null) fail(code, message, details);
  throw Object.assign(new Error(message), stack === undefined ? {} : { stack });
}
