/** What an operator declares of a Teams channel: the address that a Workflow made, and how the card is wrapped. */

import Type from 'typebox';
import { secretReference } from '../../resources/secret.ts';
import { type HttpOptions, type HttpSettings, httpOptions, httpSettings, secretUrlOf } from '../http-options.ts';

export const teamsOptions = Type.Object({
  ...httpOptions,
  webhookUrl: secretReference,
  wrapping: Type.Optional(
    Type.Enum(['message', 'bare'], {
      description: "message: for Teams' own Workflow templates; bare: for a Workflow that posts its body as the card",
    }),
  ),
});

/** As declared, with the reference to the secret resolved. */
export interface TeamsOptions extends HttpOptions {
  readonly webhookUrl: string;
  readonly wrapping?: Wrapping;
}

export type Wrapping = 'message' | 'bare';

export interface TeamsSettings extends HttpSettings {
  readonly url: URL;
  readonly wrapping: Wrapping;
}

export function teamsSettings(options: TeamsOptions): TeamsSettings {
  return {
    ...httpSettings(options),
    url: secretUrlOf(options.webhookUrl, 'webhookUrl'),
    wrapping: options.wrapping ?? 'message',
  };
}
