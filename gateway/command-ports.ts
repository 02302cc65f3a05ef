/** What people ask for is written down for the audit, and then asked of the partition that it is for. */

import { randomUUID } from 'node:crypto';
import { CommandUnanswered, type OperatorPorts } from '../api/operator-ports.ts';
import { askArchive } from '../archive/ask.ts';
import { askPartition, type CommandAnswer } from '../bus/ask-partition.ts';
import type { Bus } from '../bus/connection.ts';
import { framePublisher } from '../bus/ingest.ts';
import type { PartitionCount } from '../bus/partition.ts';
import type { AuditTrail } from './audit-trail.ts';
import { audited } from './audited.ts';
import type { LiveResources } from './live-resources.ts';
import { replayUnreadable } from './replay-unreadable.ts';
import { shown } from './shown.ts';

export interface CommandPortsOptions {
  /** null until NATS was reached. */
  bus(): Bus | null;
  readonly count: PartitionCount;
  readonly resources: LiveResources;
  readonly audit: Pick<AuditTrail, 'command'>;
}

type CommandPorts = Pick<OperatorPorts, 'command' | 'silence' | 'promotion' | 'replay' | 'submit'>;
type Command = Parameters<typeof askPartition>[3];

export function commandPorts({ bus, count, resources, audit }: CommandPortsOptions): CommandPorts {
  const send = async (command: Command, id: string) => {
    const connected = bus();
    if (connected === null) throw new CommandUnanswered('NATS has not been reached yet');
    try {
      const answer = await askPartition(connected, framePublisher(connected), count, command, id);
      if (answer.ok && answer.committed !== undefined) await shown(answer.committed, askArchive(connected.nc));
      return statusOf(answer);
    } catch (cause) {
      throw new CommandUnanswered((cause as Error).message, { cause });
    }
  };
  const ask = (command: Command, id: string) => audit.command(audited(command), () => send(command, id));
  return {
    // The alert remembers its last commands by their ids, and gives the same answer; setting a silence again changes nothing. A
    // frame of the same id would be dropped by JetStream for two minutes, and nobody would answer.
    command: (entry) => ask(entry, `${entry.id}.${randomUUID()}`),
    silence: (entry) => ask(entry, `silence.${entry.silence}.${randomUUID()}`),
    promotion: (entry) => ask(entry, `promotion.${entry.promotion}.${randomUUID()}`),
    replay: (letter) =>
      audit.command(audited(letter), async () => {
        const connected = bus();
        if (letter.entry.kind === 'unreadable' && connected !== null) {
          const refused = await replayUnreadable(letter.entry, connected, count, resources);
          if (refused !== null) return refused;
        }
        return send(letter, `replay.${letter.deadLetterId}.${randomUUID()}`);
      }),
    submit: (entry) => ask(entry, `submit.${entry.id}`),
  };
}

function statusOf({ ok, status, reasons }: CommandAnswer) {
  return { ok, status: status as 200 | 403 | 404 | 409 | 422, reasons };
}
