/**
 * The first shape of the read model. Column meanings stand in ../schema.ts. `bigint` is an integer in both SQLite and
 * PostgreSQL. Lines of a history are keyed by what they belong to and their place in its one journal, so that the key is the
 * index that they are read by.
 */

import { type CreateTableBuilder, type Kysely, SqliteAdapter, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

export const readModel: Migration = { up };

type Column = readonly [name: string, type: 'text' | 'bigint', nullable?: 'nullable'];

async function up(db: Kysely<unknown>): Promise<void> {
  const isSqlite = db.getExecutor().adapter instanceof SqliteAdapter;
  for (const [table, { columns, key, small }] of Object.entries(TABLES)) {
    let builder: CreateTableBuilder<string, string> = db.schema.createTable(table);
    for (const [name, type, nullable] of columns) {
      builder = builder.addColumn(name, type, (column) => (nullable === undefined ? column.notNull() : column));
    }
    builder = builder.addPrimaryKeyConstraint(`${table}_key`, key as never);
    if (small === true && isSqlite) builder = builder.modifyEnd(sql`without rowid`);
    await builder.execute();
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
  /** Short rows, found by their key: SQLite then keeps them in the key's own tree, which halves the writes. */
  readonly small?: true;
}

const TABLES: Readonly<Record<string, Table>> = {
  cursors: {
    columns: [...text('partition'), ...number('seq', 'epoch', 'at', 'published')],
    key: ['partition'],
    small: true,
  },
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
    key: ['alert_key', 'seq', 'idx'],
  },
  outcomes: {
    columns: [...text('receipt', 'tenant', 'fingerprint', 'outcome', 'reasons'), ...number('idx', 'at')],
    key: ['receipt', 'idx'],
    small: true,
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
    small: true,
  },
  group_decisions: {
    columns: [
      ...position,
      ...text('channel', 'group_id', 'reasons'),
      ...number('at', 'since', 'count', 'firing', 'resolved'),
      ...nullable('text', 'notification_id'),
    ],
    key: ['group_id', 'seq', 'idx', 'channel'],
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
    key: ['fingerprint', 'tenant', 'notification_id'],
    small: true,
  },
  delivery_history: {
    columns: [...position, ...text('notification_id', 'type', 'reasons'), ...number('at', 'attempt')],
    key: ['notification_id', 'seq', 'idx'],
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
  repeats_published: { columns: [...text('alert_key'), ...number('at')], key: ['alert_key'], small: true },
};

/** Few: each costs every write. Retention walks the keys and needs none. */
const INDEXES: readonly (readonly [table: string, columns: readonly string[]])[] = [
  ['alerts', ['opened_at']],
  ['alerts', ['status', 'opened_at']],
  ['groups', ['created_at']],
  ['deliveries', ['created_at']],
  ['deliveries', ['state', 'created_at']],
  ['dead_letters', ['at']],
];
