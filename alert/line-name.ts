/**
 * The name of a line: one channel to one recipient, or to all that the channel is for. What is told and what is counted goes by
 * lines. Names of channels and of people have no spaces; what is told to nobody in particular is named as its channel.
 */

export function lineName(line: { readonly channel: string; readonly recipient?: { readonly name: string } }): string {
  return line.recipient === undefined ? line.channel : `${line.channel} ${line.recipient.name}`;
}

/** The other way round. No channel: somebody whom none reaches. */
export function readLineName(line: string): { readonly channel: string | null; readonly recipient: string | null } {
  const space = line.indexOf(' ');
  if (space < 0) return { channel: line, recipient: null };
  return { channel: line.slice(0, space) || null, recipient: line.slice(space + 1) };
}
