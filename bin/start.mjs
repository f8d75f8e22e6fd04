// Hands argv and streams to the program and sets the exit status. It must be readable by Node versions that are too old for
// the rest, so that they get a sentence instead of a syntax error.
import { createRequire } from 'node:module';
import process from 'node:process';

const require = createRequire(import.meta.url);
const { version, engines } = require('../package.json');

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(
    `alternator-backup needs Node ${engines.node}; this is Node ${process.versions.node}\n`,
  );
  process.exit(5);
}

const { main } = await import('../dist/main.js');
const { EXIT_CODES, HungUp, KnownError } = await import('../dist/errors.js');

const stop = new AbortController();
process.on('SIGINT', () => stop.abort(new KnownError('interrupted', 'Interrupted (SIGINT)')));
process.on('SIGTERM', () => stop.abort(new KnownError('terminated', 'Terminated (SIGTERM)')));
// Without this a lost session ends the process at once, in the middle of a table. Node does not keep what nohup sets.
process.on('SIGHUP', () => stop.abort(new HungUp()));
// Whoever reads our output may have heard enough (`… | head`), its disk may be full, its terminal may be gone: nothing of
// that may end a run halfway. The run itself tells it (wire.ts); this is for what is found out after its end.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error) => {
    const isDone = process.exitCode === EXIT_CODES.done;
    if (isDone && error.code !== 'EPIPE') process.exitCode = EXIT_CODES.warnings;
  });
}

process.exitCode = await main(
  process.argv.slice(2),
  {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    environment: process.env,
    version,
  },
  stop.signal,
);

// What was said must be out before the end; what is broken has nothing left to say.
const flushed = (stream) =>
  new Promise((resolve) => {
    if (stream.destroyed || stream.writableNeedDrain === undefined) resolve();
    else stream.write('', () => resolve());
    stream.once('error', resolve);
    stream.once('close', resolve);
  });
await Promise.all([flushed(process.stdout), flushed(process.stderr)]);
// A lost connection may go on trying to connect (seen in the CQL driver) and would keep the process for ever: the run is over.
process.exit();
