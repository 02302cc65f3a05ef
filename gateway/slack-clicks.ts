/** What the buttons of Slack messages need of the rest: the channel with its secrets, commands, a way to answer. */

import { channelKey } from '../alert/entity-address.ts';
import type { OperatorPorts } from '../api/operator-ports.ts';
import type { SlackPorts } from '../api/slack-interactions.ts';
import { mayAct } from '../channels/slack/may-act.ts';
import type { SlackOptions } from '../channels/slack/options.ts';
import { respondToClick } from '../channels/slack/respond.ts';
import type { ResourceSet } from '../resources/compile.ts';
import type { Clock } from '../telemetry/clock.ts';
import type { Log } from '../telemetry/log.ts';
import type { AuditTrail } from './audit-trail.ts';

export function slackClicks(
  resources: () => Pick<ResourceSet, 'channels' | 'policy'>,
  command: OperatorPorts['command'],
  parts: { readonly clock: Clock; readonly log: Log; readonly audit: Pick<AuditTrail, 'refused'> },
): SlackPorts {
  const { clock, log } = parts;
  return {
    command,
    now: () => clock.now(),
    slackChannel(tenant, name) {
      const { channels, policy } = resources();
      const channel = channels.get(channelKey(tenant, name));
      if (channel?.type !== 'slack') return null;
      const options = channel.options as SlackOptions;
      if (options.signingSecret === undefined) return null;
      return {
        signingSecret: options.signingSecret.trim(),
        mayAct: (id) => mayAct(options.mayAct, { id, tenant, now: clock.now() }, policy.directory),
        respond: (url, body) => respondToClick(options, parts, url, body),
      };
    },
    async within(milliseconds, work) {
      let cancel = () => {};
      const patience = new Promise<void>((resolve) => {
        cancel = clock.after(milliseconds, resolve);
      });
      await Promise.race([work, patience]);
      cancel();
    },
    notAllowed: (subject, by) => parts.audit.refused({ code: 'slack.may-not-act', subject, address: '', by }),
    failed: (error) => log.warn({ event: 'slack.click-failed', error }, 'a click in Slack led to an error'),
  };
}
