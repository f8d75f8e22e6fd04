const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const UNITS = [
  { ms: DAY, name: 'day', from: 2 * DAY },
  { ms: HOUR, name: 'hour', from: 2 * HOUR },
  { ms: MINUTE, name: 'minute', from: 2 * MINUTE },
  { ms: SECOND, name: 'second', from: 0 },
] as const;

/** `3 days`, as people say it, rounded down. A time that has not come yet is a clock's fault, and is shown as such. */
export function formatAge(from: Date, now: Date): string {
  const ms = now.getTime() - from.getTime();
  if (ms <= -SECOND) return 'in the future';
  const unit = UNITS.find((each) => ms >= each.from) ?? UNITS[3];
  const count = Math.max(0, Math.floor(ms / unit.ms));
  return `${count} ${unit.name}${count === 1 ? '' : 's'}`;
}
