/** What the events of one transaction say of groups: who is in them, what was decided for each line, and what is held back. */

import type { GroupEvent } from '../../alert/event.ts';
import type { Connection } from '../bulk.ts';
import type { DecisionRow, GroupHistoryRow, GroupMemberRow } from '../schema.ts';
import { decisionsTable, groupHistoryTable, groupsTable, holdsTable, membersTable } from '../tables.ts';
import { WorkingSet } from '../working-set.ts';
import { foldGroup } from './group.ts';
import { foldHolds, holdKeys } from './holds.ts';
import type { Position } from './position.ts';

export class Groups {
  readonly #rows = new WorkingSet(groupsTable, ({ id }) => id);
  readonly #holds = new WorkingSet(holdsTable, ({ key }) => key);
  /** By group and fingerprint; null: left. */
  readonly #members = new Map<string, GroupMemberRow | { group_id: string; fingerprint: string; status: null }>();
  readonly #decisions = new Map<string, DecisionRow>();
  readonly #lines: GroupHistoryRow[] = [];

  want(event: GroupEvent): void {
    this.#rows.want(event.key);
    if (event.type === 'group.flushed') for (const key of holdKeys(event)) this.#holds.want(key);
  }

  async load(db: Connection): Promise<void> {
    await this.#rows.load(db);
    await this.#holds.load(db);
  }

  take(event: GroupEvent, position: Position): void {
    const { row, joined, left, decisions, line: told } = foldGroup(this.#rows.get(event.key), event, position);
    if (row !== null) this.#rows.put(row);
    if (joined !== null) this.#members.set(`${event.key}.${joined.fingerprint}`, joined);
    for (const fingerprint of left) {
      this.#members.set(`${event.key}.${fingerprint}`, { group_id: event.key, fingerprint, status: null });
    }
    for (const line of decisions)
      this.#decisions.set(`${line.partition}.${line.seq}.${line.idx}.${line.channel}`, line);
    if (told !== null) this.#lines.push(told);
    if (row === null || event.type !== 'group.flushed') return;
    for (const hold of foldHolds((key) => this.#holds.get(key), event, row.tenant)) this.#holds.put(hold);
  }

  async save(db: Connection): Promise<void> {
    await this.#rows.save(db);
    await this.#saveMembers(db);
    await decisionsTable.upsert(db, [...this.#decisions.values()]);
    await groupHistoryTable.upsert(db, this.#lines);
    await this.#holds.save(db);
  }

  async #saveMembers(db: Connection): Promise<void> {
    const members: GroupMemberRow[] = [];
    for (const member of this.#members.values()) {
      if (member.status !== null) {
        members.push(member);
        continue;
      }
      await db
        .deleteFrom('group_members')
        .where('group_id', '=', member.group_id)
        .where('fingerprint', '=', member.fingerprint)
        .execute();
    }
    await membersTable.upsert(db, members);
  }
}
