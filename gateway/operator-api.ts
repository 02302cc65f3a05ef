export function operatorApi(_: unknown): never[] {
  return [];
}
