/** About so many items are read of a table, spread over it: while backing up, and again when it was loaded. */
export const SAMPLE = 1_000;
