/** Jira: an issue for a group, comments for what follows, moved to done at the end. */

import { createApi, probeOfFailure, textOf } from '../api-call.ts';
import { outboundFor } from '../http-options.ts';
import type { Sender, SenderContext } from '../sender.ts';
import { authorizationOf } from '../ticket/authorization.ts';
import { tell } from '../ticket/tell.ts';
import { explainJira, jiraSystem } from './issues.ts';
import { type JiraOptions, jiraSettings } from './options.ts';

export function createJiraSender(options: JiraOptions, context: SenderContext): Sender {
  const { clock, log, memory, templates } = context;
  const settings = jiraSettings(options);
  const http = outboundFor(settings, context);
  const { timeout } = settings;
  const authorization = authorizationOf(settings.auth, {
    http,
    clock,
    timeout,
    log,
    ...(memory === undefined ? {} : { memory }),
  });
  const api = createApi({ http, clock, timeout, authorization, explain: explainJira });
  const ports = { type: 'jira', system: jiraSystem(api, settings), templates };
  return {
    send: (notification, attempt, signal, earlier) => tell(ports, notification, attempt, signal, earlier),
    async probe(signal) {
      const answer = await api.call(
        { method: 'GET', url: new URL(`project/${settings.project}`, settings.api) },
        signal,
      );
      if (!answer.ok) return probeOfFailure(answer);
      return { kind: 'healthy', detail: `sees project ${textOf(answer.body, 'key')}, ${textOf(answer.body, 'name')}` };
    },
    close: () => http.close(),
  };
}
