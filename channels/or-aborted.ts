/** The work, or the signal's reason as soon as that fires: for work that looks at its signal late, or never. */
export function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  // Whoever waits hears of the signal first; what the work says afterwards is nobody's.
  work.catch(() => {});
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
