import type { Level } from './reporter.js';

/** `2024-12-10 10:30:15 - INFO - text`, local time: the documented format, byte for byte. */
export const logLine = (time: Date, level: Level, text: string): string =>
  `${localTime(time)} - ${level} - ${text}`;

function localTime(time: Date): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const date = [time.getFullYear(), two(time.getMonth() + 1), two(time.getDate())].join('-');
  return `${date} ${[time.getHours(), time.getMinutes(), time.getSeconds()].map(two).join(':')}`;
}
