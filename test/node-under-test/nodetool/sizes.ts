/** `195.64 KB`, `40 KB`, `0 bytes`: two digits at most, units of 1024 under the names of the old nodetool. */
export const shownSize = (bytes: number): string => withUnit(bytes, ['bytes', 'KB', 'MB', 'GB', 'TB']);

/** `1.39 MiB`, `0 bytes`. */
export const shownBinarySize = (bytes: number): string =>
  withUnit(bytes, ['bytes', 'KiB', 'MiB', 'GiB', 'TiB']);

function withUnit(bytes: number, units: readonly string[]): string {
  const power = bytes < 1024 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));
  const value = Number((bytes / 1024 ** power).toFixed(2));
  return `${Number.isInteger(value) ? value : value.toFixed(2)} ${units[power] ?? ''}`;
}
