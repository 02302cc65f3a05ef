/**
 * Template: the texts of messages in Liquid, for a channel, a team, a type of channel, a language, or for everything. Of several
 * that declare the same part the most specific one has its say: channel before team before type before language.
 */

import Type, { type TSchema } from 'typebox';
import type { Notification } from '../alert/notification.ts';
import type { ChannelTypes } from './channel.ts';
import { languageSchema, suits } from './language.ts';
import { type Declared, DNS_LABEL, fieldOf, listOf } from './resource.ts';

const name = Type.String({ pattern: DNS_LABEL });

/** Characters: what the engine parses at most. */
const LONGEST_SOURCE = 100_000;

export const PART_NAME = '^[A-Za-z][A-Za-z0-9_]{0,40}$';

export function templateSpec(channelTypes: ChannelTypes): TSchema {
  const type = Type.Enum([...channelTypes.keys()], { description: [...channelTypes.keys()].join(', ') });
  return Type.Object(
    {
      for: Type.Optional(
        Type.Object(
          {
            type: Type.Optional(type),
            channel: Type.Optional(name),
            team: Type.Optional(name),
            language: Type.Optional(languageSchema),
          },
          { additionalProperties: false },
        ),
      ),
      parts: Type.Refine(
        Type.Record(Type.String({ pattern: PART_NAME }), Type.String({ maxLength: LONGEST_SOURCE }), {
          additionalProperties: false,
        }),
        (parts) => Object.keys(parts).length > 0,
        () => 'is empty; allowed: at least one part, its name and its text in Liquid',
      ),
    },
    { additionalProperties: false },
  );
}

export interface TemplateSpec {
  readonly for?: {
    readonly type?: string;
    readonly channel?: string;
    readonly team?: string;
    readonly language?: string;
  };
  readonly parts: Readonly<Record<string, string>>;
}

export interface TextQuestion {
  readonly tenant: string;
  readonly channel: string;
  /** Of the channel. */
  readonly type: string;
  readonly part: string;
  /** What the reader would like best first. */
  readonly languages: readonly string[];
  readonly notification: Notification;
}

export interface ChosenText {
  /** Of the Template. */
  readonly template: string;
  readonly source: string;
  /** null: the Template is for any. */
  readonly language: string | null;
}

/** What operators declared of texts. */
export interface Texts {
  /** Of the Channel; empty where it says nothing. */
  locale(tenant: string, channel: string): { readonly language?: string; readonly timeZone?: string };
  part(question: TextQuestion): ChosenText | null;
}

/** For what was checked. */
export function compileTexts(resources: readonly Declared[]): Texts {
  const ofKind = (kind: string) => resources.filter((one) => one.kind === kind);
  const teams = ofKind('Team');
  const byPart = Map.groupBy(
    ofKind('Template').flatMap((one) => Object.keys((one.spec as TemplateSpec).parts).map((part) => ({ one, part }))),
    ({ one, part }) => `${one.tenant}/${part}`,
  );
  const declared = new Map(ofKind('Channel').map((one) => [`${one.tenant}/${one.name}`, localeOf(one.spec)]));
  return {
    locale: (tenant, channel) => declared.get(`${tenant}/${channel}`) ?? {},
    part(question) {
      const candidates = byPart.get(`${question.tenant}/${question.part}`);
      if (candidates === undefined) return null;
      const ours = () => teamsOf(teams, question);
      const ranked = candidates.map(({ one }) => ({ one, rank: rankOf(one.spec as TemplateSpec, question, ours) }));
      const best = ranked.reduce((a, b) => (b.rank > a.rank ? b : a));
      if (best.rank < 0) return null;
      const { for: target, parts } = best.one.spec as TemplateSpec;
      return { template: best.one.name, source: parts[question.part]!, language: target?.language ?? null };
    },
  };
}

/** Negative: it is not meant. A higher one wins; how well the language suits comes last. */
function rankOf(spec: TemplateSpec, question: TextQuestion, teams: () => ReadonlySet<string>): number {
  const { channel, team, type, language } = spec.for ?? {};
  if (channel !== undefined && channel !== question.channel) return -1;
  if (type !== undefined && type !== question.type) return -1;
  if (team !== undefined && !teams().has(team)) return -1;
  const spoken = language === undefined ? 0 : languageRank(language, question.languages);
  if (spoken < 0) return -1;
  const specific = (channel === undefined ? 0 : 4) + (team === undefined ? 0 : 2) + (type === undefined ? 0 : 1);
  return specific * MOST_LANGUAGES + spoken;
}

/** More than any language's rank. */
const MOST_LANGUAGES = 100;

function languageRank(declared: string, wanted: readonly string[]): number {
  const ranks = wanted.map((language, index) => {
    const match = suits(declared, language);
    return match === 0 ? -1 : MOST_LANGUAGES - 3 - 2 * index + match;
  });
  return Math.max(-1, ...ranks);
}

function localeOf(spec: unknown): { language?: string; timeZone?: string } {
  const { language, timeZone } = spec as { readonly language?: string; readonly timeZone?: string };
  return { ...(language === undefined ? {} : { language }), ...(timeZone === undefined ? {} : { timeZone }) };
}

/** Those that the channel belongs to, or whom the recipient is one of. */
function teamsOf(teams: readonly Declared[], { tenant, channel, notification }: TextQuestion): ReadonlySet<string> {
  const recipient = notification.recipient?.name;
  const found = teams.filter((team) => {
    if (team.tenant !== tenant) return false;
    const channels = listOf(team.spec, 'channels');
    if (channels.includes(channel) || channels.includes(`channel/${channel}`)) return true;
    return (
      recipient !== undefined && (recipient === `team/${team.name}` || listOf(team.spec, 'members').includes(recipient))
    );
  });
  return new Set(found.map((team) => team.name));
}

/** For checks that look into specs which may be wrong elsewhere. */
export function targetOf(spec: unknown, field: 'type' | 'channel' | 'team' | 'language'): string | null {
  const value = fieldOf(fieldOf(spec, 'for'), field);
  return typeof value === 'string' ? value : null;
}
