/** `2024-12-10 10:30:15 - INFO - text`. */
export const DOCUMENTED_LINE = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d - (INFO|WARNING|ERROR) - /;

/** The lines of a log, without their times: `INFO - text`. */
export const logged = (text: string): readonly string[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.replace(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d - /, ''));

/** Those of the lines that are in `wanted`, in their own order: equal to `wanted` when all of it was logged in its order. */
export const only = (wanted: readonly string[], lines: readonly string[]): readonly string[] => {
  const set = new Set(wanted);
  return lines.filter((line) => set.has(line));
};
