/**
 * An error as a line of the log tells it. One of Herald's own, known by its code (`bus.unreachable`), stands for what is expected
 * to happen: what, and of which cause, is all there is to say. Any other may be a bug, and keeps its stack and those of its causes.
 */

type Whole = (error: Error) => unknown;

const OWN_CODE = /^[a-z]+(\.[a-z-]+)+$/;
/** Of a cause that is a bug where it is made, whatever it led to. */
const BUGS: readonly (new (...parts: never[]) => Error)[] = [TypeError, RangeError, ReferenceError, SyntaxError];

/** `whole`: everything that can be told of an error. */
export function loggedError(error: unknown, whole: Whole): unknown {
  if (!(error instanceof Error)) return error;
  if (!isOwn(error)) return whole(error);
  const { code, message } = error;
  const causes = causesOf(error, whole);
  return { type: typeOf(error), code, message, ...(causes.length === 0 ? {} : { causes }) };
}

function isOwn(error: Error): error is Error & { readonly code: string } {
  return 'code' in error && typeof error.code === 'string' && OWN_CODE.test(error.code);
}

/** From the nearest to the root. A bug is told whole, and ends them. */
function causesOf(error: Error, whole: Whole): unknown[] {
  const causes: unknown[] = [];
  for (let cause = error.cause; cause instanceof Error; cause = cause.cause) {
    if (BUGS.some((bug) => cause instanceof bug)) return [...causes, whole(cause)];
    causes.push(`${typeOf(cause)}: ${cause.message}`);
  }
  return causes;
}

function typeOf(error: Error): string {
  return error.constructor.name;
}
