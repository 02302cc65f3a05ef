/** How this process is called where several write: in the audit chain, in the log of activations. */

import { hostname } from 'node:os';

export const PROCESS = `${hostname()}:${process.pid}`;
