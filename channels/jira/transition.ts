/** Which step of its workflow ends an issue: the one that is declared, else the first that leads to a state of the category done. */

import { type Api, type ApiAnswer, type ApiFailure, fieldOf, textOf } from '../api-call.ts';
import type { JiraSettings } from './options.ts';

export async function moveToDone(api: Api, settings: JiraSettings, url: URL, signal: AbortSignal): Promise<ApiAnswer> {
  const listed = await api.call({ method: 'GET', url }, signal);
  if (!listed.ok) return listed;
  const list = fieldOf(listed.body, 'transitions');
  const transitions: readonly unknown[] = Array.isArray(list) ? list : [];
  const chosen = choose(transitions, settings.resolveTransition);
  if (chosen === null) return noWay(transitions, settings.resolveTransition);
  const { resolution } = settings;
  const fields = resolution === null ? {} : { fields: { resolution: { name: resolution } } };
  return api.call({ method: 'POST', url, body: { transition: { id: chosen }, ...fields } }, signal);
}

/** Its id. Names are compared as people write them. */
function choose(transitions: readonly unknown[], declared: string | null): string | null {
  const wanted = declared?.toLowerCase();
  const found = transitions.find((one) =>
    wanted === undefined
      ? textOf(one, 'to', 'statusCategory', 'key') === 'done'
      : textOf(one, 'name').toLowerCase() === wanted || textOf(one, 'to', 'name').toLowerCase() === wanted,
  );
  return textOf(found, 'id') || null;
}

function noWay(transitions: readonly unknown[], declared: string | null): ApiFailure {
  const names = transitions.map((one) => textOf(one, 'name')).filter((name) => name !== '');
  const wanted =
    declared === null ? 'no transition leads to a state of the category done' : `no transition is named ${declared}`;
  const there = names.length === 0 ? 'there is none at all' : `there are: ${names.join(', ')}`;
  // No status: a 404 would mean that the issue is gone.
  return { ok: false, status: null, outcome: { kind: 'rejected', detail: `${wanted}; ${there}` }, body: null };
}
