/**
 * Durations as Prometheus and Alertmanager write them (prometheus/common model/time.go): `30s`, `5m`, `4h`, `1h30m`, `1d`,
 * units from years down to milliseconds, each at most once and in that order. In Herald they are milliseconds.
 */

const UNITS = [
  ['y', 365 * 86_400_000],
  ['w', 7 * 86_400_000],
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
  ['ms', 1],
] as const;

const DURATION = /^(?:(\d+)y)?(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?$/;

/** 100 years: far from where sums with a Unix time lose precision. */
const LONGEST = 100 * 365 * 86_400_000;

/** Milliseconds, or null for what is no duration or longer than 100 years. A bare `0` is allowed, as in Prometheus. */
export function parseDuration(text: string): number | null {
  if (text === '0') return 0;
  const parts = DURATION.exec(text);
  if (parts === null || text === '') return null;
  let total = 0;
  for (const [index, [, milliseconds]] of UNITS.entries()) total += Number(parts[index + 1] ?? 0) * milliseconds;
  return total <= LONGEST ? total : null;
}

/** The shortest text of the same length: 5400000 is `1h30m`. Takes whole milliseconds, 0 or more. */
export function printDuration(milliseconds: number): string {
  let rest = milliseconds;
  let printed = '';
  for (const [unit, size] of UNITS) {
    // As Prometheus prints: 8 days are `8d` and never `1w1d`.
    const whole = Math.floor(rest / size);
    if (whole === 0 || ((unit === 'y' || unit === 'w') && rest % size !== 0)) continue;
    printed += `${whole}${unit}`;
    rest -= whole * size;
  }
  return printed === '' ? '0s' : printed;
}
