/**
 * Every decision names its reason. The codes below are stable: the same name stands in the journal, the logs, the metrics,
 * the API and the console. Add codes freely; never rename one.
 */

export const REASONS = {
  'environment.pattern': 'a pattern of the EnvironmentPolicy matched the namespace',
  'environment.ambiguous': 'several environments matched; the most dangerous one wins',
  'environment.default': 'no pattern matched; handled as the default environment of the policy',
  'environment.label': 'a label that the namespace has in its cluster',
  'environment.conflict': 'the label of the namespace says less than a production pattern; production wins',
  'environment.look-alike': 'look-alike letters hid a more dangerous environment',
  'namespace.class': 'a NamespaceClass gives the attribute',
  'namespace.environment': 'the environment gives the attribute',
  'namespace.ambiguous': 'rules of equal weight disagree about the attribute; the first by name decides',
  'namespace.unset': 'no rule gives the attribute',
  'namespace.naming-violation': 'the name breaks a rule of the NamingStandard',
  'priority.environment': 'the priority of the environment that was decided',
  'priority.default': 'the environment declares no priority; the default one applies',
  'priority.namespace': 'the priority that a NamespaceClass gives the namespace',
  'priority.override': 'an override of the PriorityPolicy matched the alert',
  'priority.row': 'the first row of the PriorityPolicy that fits',
  'priority.table-default': 'no row of the PriorityPolicy fits; its default applies',
  'priority.floor': 'production is not lowered below the floor of the PriorityPolicy',
  'priority.hours-unknown': 'the calendar could not be asked; the most urgent that either answer leads to',
  'alert.opened': 'first report of this alert, or first since it ended',
  'alert.reopened': 'it had ended and is reported as firing again',
  'alert.repeated': 'already known and unchanged; counted',
  'alert.updated': 'already known; its annotations or its link changed',
  'alert.resolved': 'its sender reports that it ended',
  'alert.expired': 'its end time passed without another report',
  'alert.aged': 'nothing was heard of it for longer than the ageing limit',
  'alert.acknowledged': 'a person took it on',
  'alert.closed': 'a person closed it',
  'alert.unknown': 'reported as resolved, but never known as firing',
  'alert.already-ended': 'reported as resolved, but it had ended already',
  'alert.stale': 'the report ends an episode that is over; a newer one is firing',
  'command.refused': 'the state of the alert does not allow the command',
  'route.matched': 'a route matched; the alert entered the group of that route',
  'route.none': 'no route of the tenant matches: nobody is told',
  'group.first': 'first notification of this group',
  'group.new-firing': 'alerts are firing that the last notification did not contain',
  'group.new-resolved': 'alerts ended since the last notification',
  'group.all-resolved': 'all alerts of the group have ended',
  'group.repeat': 'the repeat interval passed and alerts are still firing',
  'group.unchanged': 'nothing new since the last notification and the repeat interval has not passed',
  'group.nothing-firing': 'nothing was ever sent and nothing fires',
  'group.resolved-unwanted': 'only resolved alerts are left and the channel does not want those',
  'hold.mute-interval': 'a mute time interval of the route is in force',
  'hold.inactive-interval': 'none of the active time intervals of the route is in force',
  'hold.maintenance': 'a maintenance window covers it',
  'delivery.queued': 'waits in the queue of its channel',
  'delivery.attempting': 'handed to the sender of its channel',
  'delivery.delivered': 'the channel accepted it',
  'delivery.retry': 'the attempt failed in a way that may pass; tried again later',
  'delivery.rejected': 'the channel refused it for good',
  'delivery.exhausted': 'the last attempt failed',
  'delivery.uncertain': 'the owner stopped between sending and recording the outcome',
  'delivery.replayed': 'taken out of the dead letters and queued again',
  'channel.unknown': 'the channel is not declared (any more)',
  'dead-letter.decision-failed': 'deciding on this input threw an error',
  'dead-letter.unreadable': 'the input could not be read',
  'dead-letter.too-large': 'what follows from the input is larger than a message may be',
  'dead-letter.replayed': 'a person put it in again',
} as const;

export type ReasonCode = keyof typeof REASONS;

export interface Reason {
  readonly code: ReasonCode;
  /** For a person: the values that led to the decision. One line. */
  readonly detail: string;
}

export function reason(code: ReasonCode, detail: string = REASONS[code]): Reason {
  return { code, detail };
}
