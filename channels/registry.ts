/** Every kind of channel there is. A new one is a folder with its options and its sender, and a line here. */

import type { TSchema } from 'typebox';
import type { TextRules } from '../resources/template-check.ts';
import { type ChatOptions, chatOptions } from './chat/options.ts';
import { createChatSender } from './chat/send.ts';
import { CONSOLE_TEXTS, type ConsoleOptions, consoleOptions } from './console/options.ts';
import { createConsoleSender } from './console/send.ts';
import { addressIn } from './email/address.ts';
import { type EmailOptions, emailOptions } from './email/options.ts';
import { previewEmail } from './email/preview.ts';
import { createEmailSender } from './email/send.ts';
import { EMAIL_PARTS } from './email/template.ts';
import { type JiraOptions, jiraOptions } from './jira/options.ts';
import { createJiraSender } from './jira/send.ts';
import { type PagerdutyOptions, pagerdutyOptions } from './pagerduty/options.ts';
import { createPagerdutySender } from './pagerduty/send.ts';
import { PAGERDUTY_PARTS } from './pagerduty/template.ts';
import { PLAIN_TEMPLATE } from './plain-texts.ts';
import type { ChannelType } from './sender.ts';
import { type ServicenowOptions, servicenowOptions } from './servicenow/options.ts';
import { createServicenowSender } from './servicenow/send.ts';
import { type SlackOptions, slackOptions } from './slack/options.ts';
import { createSlackSender, SAMPLE_REFERENCE as SLACK_REFERENCE } from './slack/send.ts';
import { SLACK_TEMPLATE } from './slack/template.ts';
import { type SmsOptions, smsOptions } from './sms/options.ts';
import { readSmsCallback } from './sms/receipts.ts';
import { createSmsSender } from './sms/send.ts';
import { SMS_PARTS } from './sms/template.ts';
import { type SpreadOptions, spreadOptions } from './spread/options.ts';
import { createSpreadSender } from './spread/send.ts';
import { type TeamsOptions, teamsOptions } from './teams/options.ts';
import { createTeamsSender } from './teams/send.ts';
import { templateFault } from './template/check.ts';
import { SAMPLE_REFERENCE as TICKET_REFERENCE } from './ticket/reference.ts';
import { TICKET_PARTS } from './ticket/template.ts';
import { type WebhookOptions, webhookOptions } from './webhook/options.ts';
import { createWebhookSender } from './webhook/send.ts';

const consoleChannel: ChannelType<ConsoleOptions> = {
  options: consoleOptions,
  parts: Object.keys(CONSOLE_TEXTS),
  create: (_options, context) => createConsoleSender(context),
};

const slackChannel: ChannelType<SlackOptions> = {
  options: slackOptions,
  parts: Object.keys(SLACK_TEMPLATE),
  create: (options, context) => createSlackSender(options, context),
  lasting: true,
  sampleReference: SLACK_REFERENCE,
};

const pagerdutyChannel: ChannelType<PagerdutyOptions> = {
  options: pagerdutyOptions,
  parts: Object.keys(PAGERDUTY_PARTS),
  create: (options, context) => createPagerdutySender(options, context),
  lasting: true,
};

const smsChannel: ChannelType<SmsOptions> = {
  options: smsOptions,
  parts: Object.keys(SMS_PARTS),
  create: (options, context) => createSmsSender(options, context),
  readCallback: readSmsCallback,
};

const emailChannel: ChannelType<EmailOptions> = {
  options: emailOptions,
  parts: EMAIL_PARTS,
  addressFault: (address) => (addressIn(address) === null ? 'is no mail address; allowed: NAME@DOMAIN' : null),
  create: (options, context) => createEmailSender(options, context),
  preview: previewEmail,
};

const teamsChannel: ChannelType<TeamsOptions> = {
  options: teamsOptions,
  parts: Object.keys(PLAIN_TEMPLATE),
  create: (options, context) => createTeamsSender(options, context),
};

const chatChannel: ChannelType<ChatOptions> = {
  options: chatOptions,
  parts: [...Object.keys(PLAIN_TEMPLATE), 'body'],
  create: (options, context) => createChatSender(options, context),
};

const servicenowChannel: ChannelType<ServicenowOptions> = {
  options: servicenowOptions,
  parts: Object.keys(TICKET_PARTS),
  create: (options, context) => createServicenowSender(options, context),
  lasting: true,
  sampleReference: TICKET_REFERENCE,
};

const jiraChannel: ChannelType<JiraOptions> = {
  options: jiraOptions,
  parts: Object.keys(TICKET_PARTS),
  create: (options, context) => createJiraSender(options, context),
  lasting: true,
  sampleReference: TICKET_REFERENCE,
};

const webhookChannel: ChannelType<WebhookOptions> = {
  options: webhookOptions,
  create: (options, context) => createWebhookSender(options, context),
};

const spreadChannel: ChannelType<SpreadOptions> = {
  options: spreadOptions,
  create: () => createSpreadSender(),
};

/** By the `type` of a Channel's spec. The schema of a type guarantees what its `create` is given. */
export const CHANNEL_TYPES: Readonly<Record<string, ChannelType<unknown>>> = {
  console: consoleChannel,
  slack: slackChannel,
  teams: teamsChannel,
  chat: chatChannel,
  pagerduty: pagerdutyChannel,
  sms: smsChannel,
  email: emailChannel,
  spread: spreadChannel,
  servicenow: servicenowChannel,
  jira: jiraChannel,
  webhook: webhookChannel,
};

/** For resources/, which validates Channels and comes before this folder. */
export const channelSchemas: ReadonlyMap<string, TSchema> = new Map(
  Object.entries(CHANNEL_TYPES).map(([name, type]) => [name, type.options]),
);

/** For resources/, which validates Audiences. */
export function addressFault(type: string, address: string): string | null {
  return CHANNEL_TYPES[type]?.addressFault?.(address) ?? null;
}

/** For resources/, which validates Templates. */
export const channelTexts: TextRules = {
  parts: new Map(
    Object.entries(CHANNEL_TYPES).flatMap(([name, { parts }]) => (parts === undefined ? [] : [[name, parts]])),
  ),
  fault: templateFault,
};
