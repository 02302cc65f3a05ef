/** What a sender is handed, with a clock that the test moves. */

import type { SenderContext } from '../../channels/sender.ts';
import { createTemplates } from '../../channels/template/templates.ts';
import { silentLog } from '../../telemetry/log.ts';
import { FakeClock } from './fake-clock.ts';

export function aContext(clock: FakeClock = new FakeClock()): SenderContext {
  const externalURL = 'https://herald.example';
  const templates = createTemplates({ clock, externalURL });
  return { clock, log: silentLog, stdout: process.stdout, externalURL, templates };
}
