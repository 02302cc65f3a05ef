/**
 * What becomes of a process when what it prints is taken by nobody: its reader went away (`| head -1`), the disk is full, the terminal
 * was closed. A command ends, for it has nothing else to do. A server goes on: alerts matter more than lines about them.
 */

type Output = Pick<NodeJS.WriteStream, 'on' | 'off'>;

/** A reader that has seen enough is no failure. */
function end(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') process.exit(0);
  process.stderr.write(`herald: standard output cannot be written: ${error.message}\n`, () => process.exit(1));
}

function goOn(): void {}

/** Of every command, from its start. */
export function endWithOutput(out: Output, err: Output): void {
  out.on('error', end);
  // Nobody is left to be told.
  err.on('error', goOn);
}

/** From here on it is a server. The console channel says of each notification that it was not printed. */
export function outliveOutput(out: Output): void {
  out.off('error', end);
  out.on('error', goOn);
}
