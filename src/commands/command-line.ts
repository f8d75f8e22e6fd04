/** What a person chose in a menu, as it would be said with flags. */
export interface Choice {
  /** The words that the program was started with, the command among them. */
  readonly words: readonly string[];
  readonly flags: readonly string[];
  readonly tables: readonly string[];
}

/** A command line of this tool as one would type it into a shell. */
export function commandLine({ words, flags, tables }: Choice): string {
  // After `--` nothing is an option, whatever it looks like: a table may be called `--all`.
  const guarded = tables.some((table) => table.startsWith('-')) ? ['--', ...tables] : tables;
  const given = words.filter((word, index) => word !== '--' || index < words.length - 1);
  const added = flags.filter((flag) => !given.includes(flag));
  return ['alternator-backup', ...given, ...added, ...guarded].map(quoted).join(' ');
}

const quoted = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
