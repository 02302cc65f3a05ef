/** How the projector writes each table. */

import { bulkTable } from './bulk.ts';

export const alertsTable = bulkTable({
  table: 'alerts',
  key: ['key'],
  columns: [
    'key',
    'tenant',
    'fingerprint',
    'status',
    'environment',
    'priority',
    'namespace',
    'policy',
    'labels',
    'seen',
    'annotations',
    'generator_url',
    'source',
    'groups',
    'reasons',
    'starts_at',
    'ends_at',
    'first_seen',
    'opened_at',
    'last_seen',
    'ended_at',
    'occurrences',
    'episode',
    'acknowledged_by',
    'acknowledged_at',
    'acknowledged_comment',
    'snoozed_until',
    'snoozed_by',
    'snoozed_comment',
    'approval_state',
    'approval',
    'flapping',
    'run_type',
    'run_seq',
    'run_idx',
    'run_since',
    'run_count',
  ],
  indexed: ['status', 'opened_at'],
  onConflict: 'replace',
});

export const historyTable = bulkTable({
  table: 'alert_history',
  key: ['alert_key', 'seq', 'idx'],
  columns: ['partition', 'seq', 'idx', 'alert_key', 'type', 'at', 'since', 'count', 'detail', 'reasons'],
  onConflict: 'replace',
});

export const outcomesTable = bulkTable({
  table: 'outcomes',
  key: ['receipt', 'idx'],
  columns: ['receipt', 'idx', 'tenant', 'fingerprint', 'outcome', 'reasons', 'at'],
  onConflict: 'replace',
});

export const groupsTable = bulkTable({
  table: 'groups',
  key: ['id'],
  columns: [
    'id',
    'tenant',
    'group_key',
    'labels',
    'channels',
    'born',
    'created_at',
    'updated_at',
    'next_flush',
    'last_flush',
    'ended_at',
    'decisions',
    'escalation',
  ],
  indexed: ['created_at'],
  onConflict: 'replace',
});

export const membersTable = bulkTable({
  table: 'group_members',
  key: ['group_id', 'fingerprint'],
  columns: ['group_id', 'fingerprint', 'status', 'at'],
  onConflict: 'replace',
});

export const decisionsTable = bulkTable({
  table: 'group_decisions',
  key: ['group_id', 'seq', 'idx', 'channel'],
  columns: [
    'partition',
    'seq',
    'idx',
    'channel',
    'group_id',
    'notification_id',
    'at',
    'since',
    'count',
    'firing',
    'resolved',
    'reasons',
    'held',
    'held_count',
    'policy',
  ],
  onConflict: 'replace',
});

export const groupHistoryTable = bulkTable({
  table: 'group_history',
  key: ['group_id', 'seq', 'idx'],
  columns: ['partition', 'seq', 'idx', 'group_id', 'type', 'at', 'detail', 'channels', 'reasons'],
  onConflict: 'replace',
});

export const holdsTable = bulkTable({
  table: 'holds',
  key: ['key'],
  columns: ['key', 'tenant', 'fingerprint', 'group_id', 'code', 'detail', 'since', 'until'],
  indexed: ['code', 'detail'],
  onConflict: 'replace',
});

export const silencesTable = bulkTable({
  table: 'silences',
  key: ['id'],
  columns: [
    'id',
    'tenant',
    'matchers',
    'starts_at',
    'ends_at',
    'created_by',
    'comment',
    'broad',
    'created_at',
    'updated_at',
    'ended_at',
    'ended_by',
  ],
  indexed: ['created_at'],
  onConflict: 'replace',
});

export const deliveriesTable = bulkTable({
  table: 'deliveries',
  key: ['notification_id'],
  columns: [
    'notification_id',
    'tenant',
    'channel',
    'group_id',
    'group_key',
    'status',
    'environment',
    'priority',
    'state',
    'attempts',
    'not_before',
    'dead_letter_id',
    'created_at',
    'updated_at',
    'alerts',
    'fingerprints',
    'reasons',
    'recipient',
    'went_on_as',
    'came_from',
    'receipt',
    'receipt_detail',
    'receipt_at',
    'took',
    'audience',
  ],
  indexed: ['state', 'created_at'],
  onConflict: 'replace',
});

export const audienceMembersTable = bulkTable({
  table: 'audience_members',
  key: ['notification_id'],
  columns: [
    'notification_id',
    'recipient',
    'state',
    'reasons',
    'attempts',
    'not_before',
    'dead_letter_id',
    'went_on_as',
    'updated_at',
    'receipt',
    'receipt_detail',
    'receipt_at',
    'took',
  ],
  onConflict: 'replace',
});

export const deliveryContentsTable = bulkTable({
  table: 'delivery_contents',
  key: ['notification_id'],
  columns: ['notification_id', 'content'],
  onConflict: 'keep',
});

export const channelStandingsTable = bulkTable({
  table: 'channel_standings',
  key: ['key'],
  columns: [
    'key',
    'tenant',
    'channel',
    'breaker',
    'breaker_since',
    'breaker_until',
    'breaker_reasons',
    'probe',
    'probe_detail',
    'probed_at',
    'failure',
    'failing_since',
  ],
  onConflict: 'replace',
});

export const deliveryAlertsTable = bulkTable({
  table: 'delivery_alerts',
  key: ['tenant', 'fingerprint', 'notification_id'],
  columns: ['tenant', 'fingerprint', 'notification_id', 'status'],
  onConflict: 'keep',
});

export const deliveryHistoryTable = bulkTable({
  table: 'delivery_history',
  key: ['notification_id', 'seq', 'idx'],
  columns: ['partition', 'seq', 'idx', 'notification_id', 'at', 'type', 'attempt', 'reasons'],
  onConflict: 'replace',
});

export const deadLettersTable = bulkTable({
  table: 'dead_letters',
  key: ['id'],
  columns: ['id', 'kind', 'tenant', 'subject', 'at', 'state', 'replayed_at', 'replayed_by', 'reasons', 'entry'],
  onConflict: 'replace',
});

export const repeatsPublishedTable = bulkTable({
  table: 'repeats_published',
  key: ['alert_key'],
  columns: ['alert_key', 'at'],
  onConflict: 'replace',
});

export const namespacesTable = bulkTable({
  table: 'namespaces',
  key: ['key'],
  columns: [
    'key',
    'tenant',
    'namespace',
    'environment',
    'priority',
    'policy',
    'reason',
    'first_seen',
    'last_seen',
    'decided_at',
    'alerts',
    'dormant_at',
  ],
  onConflict: 'replace',
});

export const namespaceHistoryTable = bulkTable({
  table: 'namespace_history',
  key: ['namespace_key', 'at', 'type'],
  columns: ['namespace_key', 'type', 'at', 'environment', 'before', 'policy', 'detail'],
  onConflict: 'replace',
});

export const incidentsTable = bulkTable({
  table: 'incidents',
  key: ['id'],
  columns: [
    'id',
    'tenant',
    'kind',
    'rule',
    'action',
    'grouped_by',
    'parent',
    'alerts',
    'opened_at',
    'updated_at',
    'closed_at',
    'evidence',
    'breakdown',
    'reasons',
  ],
  indexed: ['opened_at'],
  onConflict: 'replace',
});

export const limitUseTable = bulkTable({
  table: 'limit_use',
  key: ['key'],
  columns: [
    'key',
    'tenant',
    'rule',
    'namespace',
    'minute',
    'used',
    'peak',
    'peak_minute',
    'total',
    'first_at',
    'updated_at',
  ],
  indexed: ['first_at'],
  onConflict: 'replace',
});

export const incidentAlertsTable = bulkTable({
  table: 'incident_alerts',
  key: ['fingerprint', 'tenant', 'incident_id'],
  columns: ['tenant', 'fingerprint', 'incident_id', 'at', 'because'],
  indexed: ['incident_id'],
  onConflict: 'replace',
});

export const promotionsTable = bulkTable({
  table: 'promotions',
  key: ['id'],
  columns: [
    'id',
    'tenant',
    'namespace',
    'state',
    'from_environment',
    'to_environment',
    'requested_by',
    'comment',
    'requested_at',
    'expires_at',
    'needed',
    'approvers',
    'decisions',
    'ended_at',
    'reasons',
  ],
  indexed: ['namespace'],
  onConflict: 'replace',
});
