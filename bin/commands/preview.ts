/** The message that a channel would send: text, HTML or JSON, whole, and not sent. */

import { writeFile } from 'node:fs/promises';
import type { Alert } from '../../alert/alert.ts';
import { channelKey } from '../../alert/entity-address.ts';
import type { Notification, Recipient } from '../../alert/notification.ts';
import { createPictures } from '../../channels/picture/pictures.ts';
import { type Preview, previewOf } from '../../channels/preview.ts';
import { alertFrom, notificationOf, type Occasion, sampleAlert } from '../../channels/preview-subject.ts';
import { CHANNEL_TYPES } from '../../channels/registry.ts';
import type { PreviewMessage } from '../../channels/sender.ts';
import { createTemplates } from '../../channels/template/templates.ts';
import type { Channel } from '../../resources/channel.ts';
import type { ResourceSet } from '../../resources/compile.ts';
import { secretsOf } from '../../resources/secrets-of.ts';
import { suggest } from '../../resources/suggest.ts';
import { zoneOf } from '../../rules/zone.ts';
import { systemClock } from '../../telemetry/clock.ts';
import { silentLog } from '../../telemetry/log.ts';
import { alertsFrom } from '../alerts-from.ts';
import { baseUrl, CLIENT_OPTIONS, createClient, describeProblems, isRecord } from '../client.ts';
import { type Command, CommandFailed, type Input, UsageError } from '../command.ts';
import { resourceNamed } from '../named.ts';
import { type Print, printable, printableLines } from '../print.ts';
import { resourcesIn } from '../resources.ts';

export const preview: Command = {
  usage: ['preview [TENANT/]CHANNEL [FILE|-|TENANT/FINGERPRINT]'],
  description:
    'Shows what the channel would send by the resources of the configuration folder: each request or part of a mail, whole. The\n' +
    "channel's own sender makes it; nothing leaves, and secrets are not shown. About the alerts of a file, an alert that the running\n" +
    'Herald knows, or a made-up one.',
  options: {
    to: { type: 'string', value: 'ADDRESS', description: 'as for a person at this address' },
    language: { type: 'string', value: 'TAG', description: 'who reads this language, such as de' },
    'time-zone': { type: 'string', value: 'ZONE', description: 'who lives in this zone, such as Europe/Berlin' },
    source: {
      type: 'string',
      value: 'NAME',
      description: 'the Source that the file would come through (alertmanager)',
    },
    out: { type: 'string', value: 'FILE', description: 'writes the HTML, or the first body, to a file' },
    json: { type: 'boolean', description: 'print {"channel", "type", "messages", "failures", "detail"} as JSON' },
    ...CLIENT_OPTIONS,
  },
  positionals: { min: 1, max: 2 },
  async run(input) {
    const { positionals, options, environment, print } = input;
    const set = await resourcesIn(environment.config);
    const channel = channelNamed(positionals[0]!, set);
    const notification = set.mask(await subject(input, channel, set));
    const shown = await render(channel, notification, set, environment.externalUrl ?? baseUrl(environment.listen));
    if (typeof options.out === 'string') await writeOut(options.out, shown.messages, print);
    if (options.json === true) print.json({ channel: channel.name, type: channel.type, ...shown });
    else if (options.out === undefined) printMessages(shown, print);
    return shown.messages.length === 0 ? 1 : 0;
  },
};

function channelNamed(given: string, { channels }: ResourceSet): Channel {
  const { tenant, name } = resourceNamed(given);
  const channel = channels.get(channelKey(tenant, name));
  if (channel !== undefined) return channel;
  const known = [...channels.values()].map((one) =>
    one.tenant === 'default' ? one.name : `${one.tenant}/${one.name}`,
  );
  const near = suggest(given, known);
  const hint =
    near !== null ? `did you mean ${near}?` : known.length === 0 ? 'none is' : `declared: ${known.join(', ')}`;
  throw new CommandFailed(`no Channel ${JSON.stringify(given)} is declared; ${hint}`);
}

async function subject(input: Input, { tenant, name: channel }: Channel, set: ResourceSet): Promise<Notification> {
  const { positionals, options, print } = input;
  const now = Date.now();
  const occasion = { tenant, channel, recipient: recipientOf(options), now };
  const about = positionals[1];
  if (about === undefined) return notificationAbout([sampleAlert(tenant, now)], set, occasion);
  const identity = /^(?:([a-z0-9-]+)\/)?([0-9a-f]{16})$/i.exec(about);
  if (identity !== null) {
    const path = `/v1/alerts/${identity[1] ?? tenant}/${identity[2]!.toLowerCase()}`;
    const known = await createClient(input).get(path);
    if (!isRecord(known)) throw new CommandFailed('the running Herald answered with no alert');
    return notificationAbout([alertFrom(known)], set, occasion);
  }
  const { alerts, problems } = await alertsFrom(about, String(options.source ?? 'alertmanager'), set, now);
  for (const line of describeProblems(problems.list, problems.count)) print.note(line);
  return notificationAbout(alerts, set, occasion);
}

function notificationAbout(alerts: readonly Alert[], { policy }: ResourceSet, occasion: Occasion): Notification {
  const notification = notificationOf(alerts, policy, occasion);
  if (notification !== null) return notification;
  throw new CommandFailed(`none of the alerts is of tenant ${occasion.tenant}, which the channel is of`);
}

/** null: whoever the channel names. */
function recipientOf({ to, language, 'time-zone': timeZone }: Input['options']): Recipient | null {
  if (typeof timeZone === 'string' && zoneOf(timeZone) === null) {
    throw new UsageError(`--time-zone ${timeZone} is no zone of the IANA database such as Europe/Berlin`);
  }
  if (to === undefined && language === undefined && timeZone === undefined) return null;
  return {
    name: 'user/preview',
    address: typeof to === 'string' ? to : 'preview@example.org',
    ...(typeof language === 'string' ? { language } : {}),
    ...(typeof timeZone === 'string' ? { timeZone } : {}),
  };
}

async function render(
  { type, options }: Channel,
  notification: Notification,
  set: ResourceSet,
  externalURL: string,
): Promise<Preview> {
  const pictures = createPictures({ clock: systemClock, find: set.metricSource });
  try {
    const templates = createTemplates({ clock: systemClock, externalURL, declared: set.texts });
    const context = { clock: systemClock, log: silentLog, stdout: process.stdout, externalURL, templates, pictures };
    const secrets = secretsOf(CHANNEL_TYPES[type]!.options, options);
    return await previewOf({ type, options, secrets }, context, notification);
  } finally {
    await pictures.close();
  }
}

async function writeOut(file: string, messages: readonly PreviewMessage[], print: Print): Promise<void> {
  const chosen = messages.find(({ contentType }) => contentType === 'text/html') ?? messages[0];
  if (chosen === undefined) throw new CommandFailed('the channel would send nothing; no file was written');
  try {
    await writeFile(file, chosen.body);
  } catch (cause) {
    throw new CommandFailed(`cannot write ${file}: ${(cause as Error).message}`, { cause });
  }
  print.note(`${chosen.what} is in ${file}`);
}

function printMessages({ messages, failures, detail }: Preview, print: Print): void {
  for (const { what, contentType, body } of messages) {
    print.line(print.style.bold(printable(`${what} (${contentType})`)));
    print.line(printableLines(indented(contentType, body)).trimEnd());
    print.line('');
  }
  if (messages.length === 0) print.note(`nothing would be sent: ${printable(detail)}`);
  for (const failure of failures) print.note(printable(failure));
}

function indented(contentType: string, body: string): string {
  if (contentType !== 'application/json') return body;
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}
