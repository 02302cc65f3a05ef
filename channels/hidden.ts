/** What a provider says is told to people, in outcomes and logs: without the secrets that it may quote. */

import type { OutboundResult } from './outbound.ts';

/** Shorter ones would take words out of sentences, and are no secrets. */
const SHORTEST = 4;

/** A provider may quote what it was given. */
export function withoutSecrets(secrets: readonly string[]): (text: string) => string {
  const longEnough = secrets.filter((secret) => secret.length >= SHORTEST);
  const forms = longEnough.flatMap((secret) => [secret, encodeURIComponent(secret)]);
  return (text) => forms.reduce((out, form) => out.replaceAll(form, '[secret]'), text);
}

/** Before anything is cut: half a secret could not be found any more. An answer that succeeded stays as it is. */
export function hiddenIn(result: OutboundResult, hide: (text: string) => string): OutboundResult {
  const succeeded = result.kind === 'answer' && result.status >= 200 && result.status < 300;
  if (result.kind === 'answer' && !succeeded) return { ...result, text: hide(result.text) };
  return result.kind === 'failed' ? { ...result, detail: hide(result.detail) } : result;
}
