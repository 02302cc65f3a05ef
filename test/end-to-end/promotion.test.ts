/** A namespace that people move to production, in a Herald that runs. */

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import '../support/leaks.ts';
import { startReceiver } from '../support/receiver.ts';
import { until } from '../support/until.ts';
import { alertsOf, get, post } from './alerts.ts';
import { environments, route, SOURCES, webhookChannel } from './resources.ts';
import { type RunningHerald, runningHerald } from './running-herald.ts';

let herald: RunningHerald;

before(async () => {
  const receiver = await startReceiver();
  const promotion = '\n  promotion: { production: { approvals: 2, approvers: [ann, bob, cleo] } }\n';
  const policy = `${environments().trimEnd()}${promotion}`;
  herald = await runningHerald({
    config: { 'herald.yaml': SOURCES + policy + route() + webhookChannel(receiver.url) },
  });
});

interface Seen {
  readonly alerts: readonly {
    readonly labels: { readonly alertname: string };
    readonly environment: string;
    readonly reasons: readonly { readonly code: string; readonly detail: string }[];
  }[];
}

async function environmentOf(alertname: string) {
  await post(`${herald.url}/v1/webhooks/herald`, alertsOf({ alertname, namespace: 'shop-stg' }));
  return until(`${alertname} to be decided`, async () => {
    const { body } = await get(`${herald.url}/v1/alerts`);
    return (body as Seen).alerts.find(({ labels }) => labels.alertname === alertname);
  });
}

test('[BR-AP-028] [BR-QUAL-010] approved by enough others, a namespace is in production, and each alert says by which promotion', async () => {
  assert.equal((await environmentOf('Before')).environment, 'staging');
  const path = `${herald.url}/v1/namespaces/default/shop-stg/promotions`;
  const asked = await post(path, { to: 'production', by: 'ann', comment: 'goes live' });
  assert.equal(asked.status, 200, JSON.stringify(asked.body));
  const { id } = asked.body as { id: string };
  assert.equal((await post(`${path}/${id}/approve`, { by: 'ann' })).status, 403);
  assert.equal((await post(`${path}/${id}/approve`, { by: 'bob' })).status, 200);
  assert.equal((await environmentOf('Between')).environment, 'staging');
  assert.equal((await post(`${path}/${id}/approve`, { by: 'cleo' })).status, 200);
  await until('every partition to know it', async () => {
    await environmentOf(`After${Date.now()}`);
    const { body } = await get(`${herald.url}/v1/alerts?environment=production`);
    return (body as Seen).alerts.length >= 5;
  });
  const [{ reasons }] = ((await get(`${herald.url}/v1/alerts?environment=production`)).body as Seen).alerts as [
    Seen['alerts'][number],
  ];
  const because = reasons.find(({ code }) => code === 'environment.promoted');
  assert.match(
    because?.detail ?? '',
    new RegExp(`^promotion ${id} of shop-stg from staging to production, asked for by ann, approved by bob and cleo$`),
  );
  const { body } = await get(`${herald.url}/v1/namespaces/default/shop-stg`);
  const { placement, profile } = body as { placement: { id: string }; profile: { environment: string } };
  assert.deepEqual([placement.id, profile.environment], [id, 'production']);
  const tried = await post(
    `${herald.url}/v1/webhooks/herald?dryRun=true`,
    alertsOf({ alertname: 'Try', namespace: 'shop-stg' }),
  );
  const [{ outcome }] = (tried.body as { alerts: [{ outcome: { environment: string; priority: string } }] }).alerts;
  assert.deepEqual([outcome.environment, outcome.priority], ['production', 'P1'], 'a dry run knows of it');
  const back = await post(path, { to: 'staging', by: 'ann' });
  assert.equal(back.status, 422, 'out of production only by an override');
});
