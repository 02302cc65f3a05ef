/** The first shape of the read model. Column meanings stand in ../schema.ts. `bigint` is an integer in both SQLite and PostgreSQL. */

import type { CreateTableBuilder, Kysely } from 'kysely';

type Column = readonly [name: string, type: 'text' | 'bigint', nullable?: 'nullable'];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const [table, { columns, key }] of Object.entries(TABLES)) {
    let builder: CreateTableBuilder<string, string> = db.schema.createTable(table);
    for (const [name, type, nullable] of columns) {
      builder = builder.addColumn(name, type, (column) => (nullable === undefined ? column.notNull() : column));
    }
    await builder.addPrimaryKeyConstraint(`${table}_key`, key as never).execute();
  }
  for (const [table, columns] of INDEXES) {
    await db.schema
      .createIndex(`${table}_by_${columns.join('_')}`)
      .on(table)
      .columns([...columns])
      .execute();
  }
}

const text = (...names: string[]): Column[] => names.map((name) => [name, 'text']);
const number = (...names: string[]): Column[] => names.map((name) => [name, 'bigint']);
const nullable = (type: Column[1], ...names: string[]): Column[] => names.map((name) => [name, type, 'nullable']);
const position: Column[] = [...text('partition'), ...number('seq', 'idx')];

interface Table {
  readonly columns: readonly Column[];
  readonly key: readonly string[];
}

const TABLES: Readonly<Record<string, Table>> = {
  cursors: { columns: [...text('partition'), ...number('seq', 'epoch', 'at', 'published')], key: ['partition'] },
  alerts: {
    columns: [
      ...text('key', 'tenant', 'fingerprint', 'status', 'environment', 'priority', 'namespace', 'policy', 'labels'),
      ...text('annotations', 'generator_url', 'source', 'groups', 'reasons'),
      ...number('starts_at', 'first_seen', 'opened_at', 'last_seen', 'occurrences', 'episode'),
      ...number('run_seq', 'run_idx', 'run_since', 'run_count'),
      ...nullable('bigint', 'ends_at', 'ended_at', 'acknowledged_at'),
      ...nullable('text', 'acknowledged_by', 'acknowledged_comment', 'run_type'),
    ],
    key: ['key'],
  },
  alert_history: {
    columns: [...position, ...text('alert_key', 'type', 'detail', 'reasons'), ...number('at', 'since', 'count')],
    key: ['partition', 'seq', 'idx'],
  },
  outcomes: {
    columns: [...text('receipt', 'tenant', 'fingerprint', 'outcome', 'reasons'), ...number('idx', 'at')],
    key: ['receipt', 'idx'],
  },
  groups: {
    columns: [
      ...text('id', 'tenant', 'group_key', 'labels', 'channels', 'born', 'decisions'),
      ...number('created_at', 'updated_at'),
      ...nullable('bigint', 'next_flush', 'last_flush', 'ended_at'),
    ],
    key: ['id'],
  },
  group_members: {
    columns: [...text('group_id', 'fingerprint', 'status'), ...number('at')],
    key: ['group_id', 'fingerprint'],
  },
  group_decisions: {
    columns: [
      ...position,
      ...text('channel', 'group_id', 'reasons'),
      ...number('at', 'since', 'count', 'firing', 'resolved'),
      ...nullable('text', 'notification_id'),
    ],
    key: ['partition', 'seq', 'idx', 'channel'],
  },
  deliveries: {
    columns: [
      ...text('notification_id', 'tenant', 'channel', 'group_id', 'group_key', 'status', 'environment', 'priority'),
      ...text('state', 'fingerprints', 'reasons'),
      ...number('attempts', 'created_at', 'updated_at', 'alerts'),
      ...nullable('bigint', 'not_before'),
      ...nullable('text', 'dead_letter_id'),
    ],
    key: ['notification_id'],
  },
  delivery_alerts: {
    columns: text('tenant', 'fingerprint', 'notification_id'),
    key: ['tenant', 'fingerprint', 'notification_id'],
  },
  delivery_history: {
    columns: [...position, ...text('notification_id', 'type', 'reasons'), ...number('at', 'attempt')],
    key: ['partition', 'seq', 'idx'],
  },
  dead_letters: {
    columns: [
      ...text('id', 'kind', 'tenant', 'subject', 'state', 'reasons', 'entry'),
      ...number('at'),
      ...nullable('bigint', 'replayed_at'),
      ...nullable('text', 'replayed_by'),
    ],
    key: ['id'],
  },
  repeats_published: { columns: [...text('alert_key'), ...number('at')], key: ['alert_key'] },
};

const INDEXES: readonly (readonly [table: string, columns: readonly string[]])[] = [
  ['alerts', ['opened_at', 'key']],
  ['alerts', ['status', 'opened_at', 'key']],
  ['alerts', ['ended_at']],
  ['alert_history', ['alert_key', 'at']],
  ['alert_history', ['at']],
  ['outcomes', ['at']],
  ['groups', ['created_at', 'id']],
  ['groups', ['ended_at']],
  ['group_decisions', ['group_id', 'at']],
  ['group_decisions', ['at']],
  ['deliveries', ['created_at', 'notification_id']],
  ['deliveries', ['state', 'created_at']],
  ['delivery_alerts', ['notification_id']],
  ['delivery_history', ['notification_id']],
  ['dead_letters', ['at', 'id']],
  ['repeats_published', ['at']],
];
