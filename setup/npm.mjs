/** How npm is run under a chosen Node: npm runs install scripts with the Node that it runs under itself. */

import { basename, delimiter, dirname } from 'node:path';

export function npmCommand(node, extra = {}) {
  const env = { ...process.env, ...extra, PATH: `${dirname(node)}${delimiter}${process.env.PATH ?? ''}` };
  const cli = process.env.npm_execpath;
  // Set by npm for its scripts (by other package managers, too). Without it, the npm of the PATH starts the first `node` there.
  return cli && basename(cli) === 'npm-cli.js'
    ? { program: node, args: [cli], env }
    : { program: 'npm', args: [], env };
}
