/** Herald cannot start for a reason that its operator can mend: shown as it is, without a stack. */
export class StartFailed extends Error {
  readonly code = 'start.failed';
}
