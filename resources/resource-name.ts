/** A name that a resource may have. */
export function resourceName(text: string): string {
  const name = text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 60);
  return name.replace(/^-+|-+$/g, '') || 'unnamed';
}
