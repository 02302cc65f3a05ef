/** What a declared channel would send about alerts, by the resources in force: masked as it would be, and not sent. */

import { channelKey } from '../alert/entity-address.ts';
import type { OperatorPorts } from '../api/operator-ports.ts';
import { previewOf } from '../channels/preview.ts';
import { notificationOf, sampleAlert } from '../channels/preview-subject.ts';
import { CHANNEL_TYPES } from '../channels/registry.ts';
import type { SenderContext } from '../channels/sender.ts';
import { createTemplates } from '../channels/template/templates.ts';
import type { ResourceSet } from '../resources/compile.ts';
import { secretsOf } from '../resources/secrets-of.ts';

export function previews(resources: () => ResourceSet, context: SenderContext): OperatorPorts['preview'] {
  return async ({ tenant, channel: name, alerts, recipient }) => {
    const { channels, policy, mask, texts } = resources();
    const channel = channels.get(channelKey(tenant, name));
    if (channel === undefined) return null;
    const now = context.clock.now();
    const about = alerts.length === 0 ? [sampleAlert(tenant, now)] : alerts;
    const notification = notificationOf(about, policy, { tenant, channel: name, recipient, now });
    if (notification === null) return null;
    const { type, options } = channel;
    const { clock, externalURL } = context;
    // The senders' own know the texts in force only where this process sends.
    const templates = createTemplates({ clock, externalURL, declared: texts });
    const secrets = secretsOf(CHANNEL_TYPES[type]!.options, options);
    const shown = await previewOf({ type, options, secrets }, { ...context, templates }, mask(notification));
    return { type, ...shown };
  };
}
