/** Of an error of a request: the server says that nobody listens to its subject. The client wraps that in an error of its own. */

export function isNobodyThere(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return error.name.startsWith('NoResponders') || (error.cause instanceof Error && isNobodyThere(error.cause));
}
