/** What the audit says of a command. */

import type { AuditEvent } from '../access/audit-chain.ts';
import type { askPartition } from '../bus/ask-partition.ts';

type Command = Parameters<typeof askPartition>[3];
type Audited = Pick<AuditEvent, 'what' | 'subject' | 'by' | 'detail'>;

export function audited(command: Command): Audited {
  const { by } = command;
  switch (command.kind) {
    case 'command': {
      const { action, tenant, fingerprint, comment } = command;
      return { what: `alert.${action}`, subject: `${tenant}/${fingerprint}`, by, detail: comment };
    }
    case 'silence': {
      const { content, change, tenant, silence } = command;
      const what = content === null ? 'silence.end' : change ? 'silence.change' : 'silence.set';
      return { what, subject: `${tenant}/${silence}`, by, detail: content?.comment ?? '' };
    }
    case 'promotion': {
      const { action, tenant, namespace, to, override, comment } = command;
      const where = to === undefined ? '' : `to ${to}${override === true ? ', out of production' : ''}`;
      const detail = [where, comment].filter((text) => text !== '').join(': ');
      return { what: `promotion.${action}`, subject: `${tenant}/${namespace}`, by, detail };
    }
    case 'replay':
      return { what: 'dead-letter.replay', subject: command.deadLetterId, by, detail: command.entry.kind };
    case 'submit': {
      const { because, notification } = command;
      const { tenant, channel } = notification;
      return { what: `notification.${because}`, subject: `${tenant}/${channel}`, by, detail: notification.id };
    }
    default:
      return command satisfies never;
  }
}
