/** What an operator declares of a jira channel, and the settings that its sender works with. */

import Type from 'typebox';
import { PRIORITIES, type Priority } from '../../alert/alert.ts';
import { type HttpOptions, type HttpSettings, httpOptions, httpSettings, httpUrl } from '../http-options.ts';
import { type AuthOptions, authOptions, checkAuth } from '../ticket/authorization.ts';

const word = Type.String({ minLength: 1 });

export const jiraOptions = Type.Object({
  url: httpUrl,
  auth: authOptions,
  api: Type.Optional(Type.Enum(['3', '2'], { default: '3', description: '3 for Jira Cloud, 2 for Jira Data Center' })),
  browseUrl: Type.Optional(httpUrl),
  project: Type.String({ pattern: '^[A-Z][A-Z0-9_]{1,254}$', description: 'the key of a project such as OPS' }),
  issueType: Type.Optional(Type.String({ minLength: 1, default: 'Task' })),
  priorities: Type.Optional(
    Type.Object(Object.fromEntries(PRIORITIES.map((priority) => [priority, Type.Optional(word)])), {
      additionalProperties: false,
      description: 'names of priorities in Jira; {}: issues get none',
    }),
  ),
  labels: Type.Optional(Type.Array(Type.String({ pattern: '^\\S{1,255}$', description: 'a label without spaces' }))),
  fields: Type.Optional(
    Type.Record(Type.String({ pattern: '^[A-Za-z0-9_]+$' }), Type.Unknown(), {
      description: 'further fields of a new issue as the API takes them, such as components or customfield_10010',
      additionalProperties: false,
    }),
  ),
  resolveTransition: Type.Optional(word),
  resolution: Type.Optional(word),
  ...httpOptions,
});

/** As declared, with the references to secrets resolved. */
export interface JiraOptions extends HttpOptions {
  readonly url: string;
  readonly auth: AuthOptions;
  readonly api?: '3' | '2';
  readonly browseUrl?: string;
  readonly project: string;
  readonly issueType?: string;
  readonly priorities?: Partial<Record<Priority, string>>;
  readonly labels?: readonly string[];
  readonly fields?: Readonly<Record<string, unknown>>;
  readonly resolveTransition?: string;
  readonly resolution?: string;
}

export interface JiraSettings extends HttpSettings {
  /** Of the API: ends with a slash. */
  readonly api: URL;
  readonly version: '3' | '2';
  /** Where people look at issues: ends with a slash. */
  readonly browse: URL;
  readonly auth: AuthOptions;
  readonly project: string;
  readonly issueType: string;
  readonly priorities: Partial<Record<Priority, string>>;
  readonly labels: readonly string[];
  readonly fields: Readonly<Record<string, unknown>>;
  readonly resolveTransition: string | null;
  readonly resolution: string | null;
}

/** As a new Jira has them. */
const DEFAULT_PRIORITIES: Readonly<Record<Priority, string>> = {
  P1: 'Highest',
  P2: 'High',
  P3: 'Medium',
  P4: 'Low',
  P5: 'Lowest',
};

export function jiraSettings(options: JiraOptions): JiraSettings {
  checkAuth(options.auth);
  const version = options.api ?? '3';
  const base = options.url.replace(/\/*$/, '/');
  return {
    ...httpSettings(options),
    api: new URL(`rest/api/${version}/`, base),
    version,
    browse: new URL('browse/', (options.browseUrl ?? options.url).replace(/\/*$/, '/')),
    auth: options.auth,
    project: options.project,
    issueType: options.issueType ?? 'Task',
    priorities: options.priorities ?? DEFAULT_PRIORITIES,
    labels: options.labels ?? [],
    fields: options.fields ?? {},
    resolveTransition: options.resolveTransition ?? null,
    resolution: options.resolution ?? null,
  };
}
