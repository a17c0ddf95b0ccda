import { isLikewiseError } from "../errors/error";

/** What a fit gives, or null where the data refuse it: a refit to part of the data may leave nothing to estimate. */
export function fittedOrNull<T>(attempt: () => T): T | null {
  try {
    return attempt();
  } catch (error) {
    if (isLikewiseError(error)) return null;
    throw error;
  }
}
