/** A command line of this tool as one would type it; `--` keeps a table's leading dash from being an option. */
export function commandLine([command = '', ...words]: readonly string[]): string {
  const guarded = words.some((word) => word.startsWith('-') && !word.startsWith('--'))
    ? ['--', ...words]
    : words;
  return ['alternator-backup', command, ...guarded].join(' ');
}
