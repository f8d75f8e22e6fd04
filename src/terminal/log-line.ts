import type { Level } from './reporter.js';
import { visibleLines } from './visible-text.js';

/**
 * `2024-12-10 10:30:15 - INFO - text`, local time: the documented format, byte for byte. Text of several lines becomes as
 * many, each with time and level, so that no line of somebody else's can be taken for one of ours.
 */
export const logLine = (time: Date, level: Level, text: string): string =>
  visibleLines(text)
    .map((line) => `${localTime(time)} - ${level} - ${line}`)
    .join('\n');

function localTime(time: Date): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const date = [time.getFullYear(), two(time.getMonth() + 1), two(time.getDate())].join('-');
  return `${date} ${[time.getHours(), time.getMinutes(), time.getSeconds()].map(two).join(':')}`;
}
