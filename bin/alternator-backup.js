#!/usr/bin/env node
// Sets the size of the thread pool, on which blocks are compressed, and starts the program. The pool reads it once, at its
// first use. Node 20 uses the pool to read an ES module, the first one included, so that this file must be none (see the
// package.json beside it); importing what is built in does not use it. Node 22 and 24 read the first module without it.
// test/process/thread-pool.test.ts counts the threads.
import('node:os').then(({ availableParallelism, cpus }) => {
  const [argv, environment] = [process.argv.slice(2), process.env];
  // A mistyped number is refused where all settings are; here it counts as none.
  const flags = argv.slice(0, argv.includes('--') ? argv.indexOf('--') : argv.length).join('\n');
  const [, given] = [...flags.matchAll(/^--jobs[=\n](\d{1,3})$/gm)].pop() ?? [];
  const cores = availableParallelism === undefined ? cpus().length : availableParallelism();
  const jobs = Number(given ?? environment.ALTERNATOR_BACKUP_JOBS) || Math.max(1, cores - 1);
  // Two more, so that reading and writing never wait behind blocks that are being compressed.
  environment.UV_THREADPOOL_SIZE ??= String(Math.min(jobs + 2, 1024));
  return import('./start.mjs');
});
