/** Deliveries, the newest first, by channel, state, tenant, or an alert that they tell of. */

import { deliveryAnswer } from './ledger.ts';
import { behind, limitOf, pageOf, placeOf } from './page.ts';
import { type ArchiveQuery, tenantsIn, text } from './query.ts';

const EXACT = ['channel', 'state', 'tenant'] as const;

export const deliveriesQuery: ArchiveQuery = async (db, params) => {
  let query = db.selectFrom('deliveries').selectAll();
  for (const column of EXACT) {
    const value = text(params, column);
    if (value !== null) query = query.where(column, '=', value as never);
  }
  const fingerprint = text(params, 'fingerprint');
  const tenant = text(params, 'tenant');
  if (fingerprint !== null) {
    query = query.where('notification_id', 'in', (eb) => {
      const telling = eb.selectFrom('delivery_alerts').select('delivery_alerts.notification_id');
      const of = telling.where('delivery_alerts.fingerprint', '=', fingerprint);
      return tenant === null ? of : of.where('delivery_alerts.tenant', '=', tenant);
    });
  }
  const tenants = tenantsIn(params);
  if (tenants !== null) query = query.where('tenant', 'in', tenants);
  const place = placeOf(params);
  if (place !== null) query = query.where((eb) => behind(eb, 'created_at', 'notification_id', place));
  const limit = limitOf(params);
  const rows = await query
    .orderBy('created_at', 'desc')
    .orderBy('notification_id', 'desc')
    .limit(limit + 1)
    .execute();
  const page = pageOf(rows, limit, (row) => ({ at: row.created_at, key: row.notification_id }), deliveryAnswer);
  return { deliveries: page.items, next: page.next };
};
