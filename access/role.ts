/** Roles, and what each permits. Declared once: docs, openapi.json and the tests read it here. */

export const PERMISSIONS = [
  'alerts.read',
  'receipts.read',
  'alerts.command',
  'silences.write',
  'subscriptions.own',
  'subscriptions.manage',
  'shifts.trade',
  'shifts.assign',
  'approvals.decide',
  'promotions.request',
  'deliveries.replay',
  'channels.test',
  'deployment.read',
  'metrics.read',
  'keys.manage',
  'secrets.manage',
  'alerts.send',
] as const;

export type Permission = (typeof PERMISSIONS)[number];

const VIEWER = ['alerts.read', 'receipts.read', 'subscriptions.own'] as const;
const RESPONDER = [...VIEWER, 'alerts.command', 'silences.write', 'shifts.trade'] as const;
const OPERATOR = [
  ...RESPONDER,
  'subscriptions.manage',
  ...(['shifts.assign', 'approvals.decide', 'promotions.request', 'deliveries.replay', 'channels.test'] as const),
  'deployment.read',
] as const;

/**
 * viewer: sees alerts and all that became of them, subscribes to them. responder: is on call, acts on alerts and silences, trades own shifts. operator: decides, replays, tries
 * out. admin: gives access, too. metrics: the scraper. sender: a source of alerts, and nothing of what became of them.
 */
export const ROLES = {
  viewer: VIEWER,
  responder: RESPONDER,
  operator: OPERATOR,
  admin: [...OPERATOR, 'metrics.read', 'keys.manage', 'secrets.manage'],
  metrics: ['metrics.read'],
  sender: ['alerts.send', 'receipts.read'],
} as const satisfies Readonly<Record<string, readonly Permission[]>>;

export type RoleName = keyof typeof ROLES;

export const ROLE_NAMES = Object.keys(ROLES) as RoleName[];

export function permits(role: RoleName, permission: Permission): boolean {
  return (ROLES[role] as readonly Permission[]).includes(permission);
}
