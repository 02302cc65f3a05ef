/** Where an event stands: the journal of its partition, the sequence of its commit, its place in it. Unique for ever. */

export interface Position {
  readonly partition: string;
  readonly seq: number;
  readonly index: number;
}
