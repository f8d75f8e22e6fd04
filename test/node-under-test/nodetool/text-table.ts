/** Columns are as wide as their widest cell, with one blank between them; the last one is padded too. */
export function textTable(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => width(row[column]))));
  const line = (row: readonly string[]) =>
    row.map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - width(cell))).join(' ');
  return rows.map((row) => `${line(row)}\n`).join('');
}

/** In characters, not in UTF-16 units. */
const width = (cell = '') => Array.from(cell).length;
