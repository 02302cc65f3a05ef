import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Promotion, PromotionEvent } from '../../alert/promotion-state.ts';
import { reason } from '../../alert/reason.ts';
import { opened, T0 } from '../archive/journal-of.ts';
import { ServedApi } from './served-api.ts';

const PATH = '/v1/namespaces/acme/shop-prod/promotions';

function promotion(id: string, at = T0): Promotion {
  const about = { id, tenant: 'acme', namespace: 'shop-prod', from: 'staging', to: 'production' } as const;
  const times = { requestedAt: at, expiresAt: at + 3_600_000 };
  return { ...about, by: 'ann', comment: 'ready', ...times, needed: 2, approvers: ['bob', 'cleo'], approvals: [] };
}

const of = { key: 'acme', namespace: 'shop-prod' };

function requested(id: string, at = T0): PromotionEvent {
  const reasons = [reason('promotion.requested', id)];
  return { type: 'promotion.requested', ...of, at, promotion: promotion(id, at), reasons };
}

function approved(id: string, by: string, at: number, isLast: boolean): PromotionEvent {
  const placement = isLast ? ({ id, environment: 'production', because: `${id} by people` } as const) : null;
  const reasons = [reason(isLast ? 'promotion.done' : 'promotion.approved', `${id} by people`)];
  const approval = { by, comment: 'fine', at, command: by };
  return { type: 'promotion.approved', ...of, at, id, approval, placement, reasons };
}

function ended(id: string, outcome: 'rejected' | 'expired', by: string | null, at: number): PromotionEvent {
  const reasons = [reason(`promotion.${outcome}`, id)];
  return { type: 'promotion.ended', ...of, at, id, outcome, by, comment: '', reasons };
}

test('[BR-AP-028] no namespace of a tenant that nothing is declared for can be moved', async () => {
  const api = await new ServedApi().start([]);
  const { status, body } = await api.post(PATH.replace('acme', 'acne'), { to: 'production', by: 'ann' });
  assert.equal(status, 404);
  assert.match(body.detail, /nothing is declared for tenant "acne"/);
  assert.deepEqual(api.promotions, []);
});

test('[BR-AP-028] asking, approving and rejecting are commands to whoever owns the namespace', async () => {
  const api = await new ServedApi().start([]);
  const asked = await api.post(PATH, { to: 'production', by: 'ann', comment: 'ready' }, { 'idempotency-key': 'k1' });
  assert.equal(asked.status, 200, JSON.stringify(asked.body));
  const { id } = asked.body;
  assert.match(id, /^[0-9a-f]{16}$/);
  assert.equal((await api.post(PATH, { to: 'production', by: 'ann' }, { 'idempotency-key': 'k1' })).body.id, id);
  await api.post(`${PATH}/${id}/approve`, { by: 'bob' });
  await api.post(`${PATH}/${id}/reject`, { by: 'cleo', comment: 'no' });
  assert.deepEqual(
    api.promotions.map(({ tenant, namespace, promotion: about, action, to, by, comment, override }) => {
      return [tenant, namespace, about, action, to, by, comment, override];
    }),
    [
      ['acme', 'shop-prod', id, 'request', 'production', 'ann', 'ready', false],
      ['acme', 'shop-prod', id, 'request', 'production', 'ann', '', false],
      ['acme', 'shop-prod', id, 'approve', undefined, 'bob', '', undefined],
      ['acme', 'shop-prod', id, 'reject', undefined, 'cleo', 'no', undefined],
    ],
  );
});

test('[BR-AP-028] what is not allowed is refused under the status and the words of the decision', async () => {
  const api = await new ServedApi().start([]);
  for (const [body, path] of [
    [{ by: 'ann' }, '/to'],
    [{ to: 'prod' }, '/to'],
    [{ to: 'production', override: 'yes' }, '/override'],
  ] as const) {
    const refused = await api.post(PATH, body);
    assert.deepEqual([refused.status, refused.body.problems[0].path], [422, path]);
  }
  assert.deepEqual(api.promotions, []);
  for (const status of [403, 404, 409, 422] as const) {
    api.reply = async () => ({ ok: false, status, reasons: [reason('promotion.refused', `because ${status}`)] });
    const refused = await api.post(`${PATH}/p1/approve`, { by: 'ann' });
    assert.deepEqual([refused.status, refused.body.detail], [status, `because ${status}`]);
    assert.match(refused.body.type, /promotion\.refused$/);
  }
});

test('[BR-AP-028] [BR-AP-020] promotions are listed with who decided what, and the namespace says what it stands where it is by', async () => {
  const api = await new ServedApi().start(
    [opened(1, 'r1'), requested('p1'), requested('p2', T0 + 10)],
    [approved('p1', 'bob', T0 + 20, false), ended('p2', 'rejected', 'cleo', T0 + 30)],
    [approved('p1', 'cleo', T0 + 40, true), requested('p3', T0 + 50), requested('p4', T0 + 60)],
    [ended('p4', 'expired', null, T0 + 70)],
  );
  const { promotions } = (await api.get(PATH)).body;
  const seen = promotions.map(
    ({ id, state, decisions }: { id: string; state: string; decisions: { by: string }[] }) => {
      return [id, state, ...decisions.map(({ by }) => by)];
    },
  );
  assert.deepEqual(seen, [
    ['p4', 'expired'],
    ['p3', 'waiting'],
    ['p2', 'rejected', 'cleo'],
    ['p1', 'done', 'bob', 'cleo'],
  ]);
  assert.deepEqual((await api.get('/v1/promotions?state=waiting&tenant=acme')).body.promotions.length, 1);
  const { placement } = (await api.get('/v1/namespaces/acme/shop-prod')).body;
  assert.deepEqual(placement, { id: 'p1', environment: 'production', because: 'p1 by people' });
  const { namespaces } = (await api.get('/v1/namespaces')).body;
  assert.deepEqual(
    namespaces.map((one: { placement: unknown }) => one.placement),
    [placement],
    'in the list as well',
  );
});
