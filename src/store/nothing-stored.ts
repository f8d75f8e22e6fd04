/** Whatever fails before a backup is published: what was and was not changed, for `KnownError.changed`. */
export const NOTHING_STORED = 'Nothing was stored of this table; the backup before stays as it is.';
