/** Jira: an issue for a group, comments for what follows, moved to done at the end. */

import { probeOfFailure, textOf } from '../api-call.ts';
import type { Sender, SenderContext } from '../sender.ts';
import { ticketApi } from '../ticket/api.ts';
import { tell } from '../ticket/tell.ts';
import { explainJira, jiraSystem } from './issues.ts';
import { type JiraOptions, jiraSettings } from './options.ts';

export function createJiraSender(options: JiraOptions, context: SenderContext): Sender {
  const settings = jiraSettings(options);
  const { api, http } = ticketApi(settings, context, explainJira);
  const ports = { type: 'jira', system: jiraSystem(api, settings), templates: context.templates };
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
