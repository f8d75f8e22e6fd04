// Kills the program under test at an exact place, so that a test can look at what is left. Preloaded into it
// (NODE_OPTIONS=--import …/kill-entry.mjs, ALTBK_TEST_KILL = the kill point as JSON, see test/node/harness/kill-point.ts);
// nothing in src/ knows of it. What is about to happen is seen where it becomes visible to others anyway:
// - a step of the journal: in the journal's file, which is replaced by a rename before and after each step;
// - a step of the pipeline: in the lines of `--json`, which are written before its work begins and after it is over;
// - an operation on a file: in the call itself.
import { appendFileSync, readdirSync, readFileSync, statSync } from 'node:fs';
import files from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { basename, join } from 'node:path';
import process from 'node:process';

const told = process.env.ALTBK_TEST_KILL;
// The environment reaches nodetool and the service commands too.
if (told !== undefined && /^alternator-backup(\.js)?$/.test(basename(process.argv[1] ?? '')))
  arm(JSON.parse(told));

function arm({ point, proof }) {
  const { step, when, seen = 'journal', nth = 1 } = point;
  let met = 0;
  const die = (where) => {
    met += 1;
    if (met !== nth) return;
    appendFileSync(proof, `${JSON.stringify({ step, when, where, pid: process.pid })}\n`);
    process.kill(process.pid, 'SIGKILL');
    // Not one instruction more, whenever the signal arrives.
    for (;;);
  };
  if (seen === 'journal') watchJournal(step, when, die);
  else if (seen === 'report') watchReport(step, when, die);
  else if ('grows' in seen) watchGrowth(seen, die);
  else watchFiles(seen, when, die);
}

/** Calls `before` and `after` around an operation of node:fs/promises, whoever uses it. */
function around(operation, before, after) {
  const real = files[operation];
  if (typeof real !== 'function') throw new Error(`node:fs/promises has no ${operation}`);
  files[operation] = async (...parameters) => {
    before(parameters);
    const result = await real(...parameters);
    after(parameters);
    return result;
  };
  syncBuiltinESMExports();
}

/** The path that an operation makes or removes: of rename and link it is the second one. */
const targetOf = (operation, [first, second]) =>
  String(['rename', 'link', 'copyFile'].includes(operation) ? second : first);

function watchFiles({ operation, path }, when, die) {
  const pattern = new RegExp(path);
  const look = (parameters) => {
    const target = targetOf(operation, parameters);
    if (pattern.test(target)) die(`${operation} ${target}`);
  };
  const nothing = () => undefined;
  if (when === 'after begin') around(operation, look, nothing);
  else around(operation, nothing, look);
}

/** After the begin was written down: after the rename. Before the end is: before the rename that brings it. */
function watchJournal(step, when, die) {
  const isJournal = (path) => /\/jobs\/[^./][^/]*\.json$/.test(String(path));
  const stepsIn = (path) => {
    const { steps, tables } = JSON.parse(readFileSync(path, 'utf8'));
    const all = [...steps, ...tables.flatMap((table) => table.steps)].filter((each) => each.step === step);
    return { begun: all.length, ended: all.filter(({ endedAt }) => endedAt !== null).length };
  };
  const known = new Map();
  const count = (path) => known.get(path) ?? { begun: 0, ended: 0 };
  around(
    'rename',
    ([from, to]) => {
      if (!isJournal(to)) return;
      if (!known.has(to)) known.set(to, present(to, stepsIn));
      if (when === 'before end' && stepsIn(from).ended > count(to).ended) die(`journal ${to}`);
    },
    ([, to]) => {
      if (!isJournal(to)) return;
      const [was, is] = [count(to), stepsIn(to)];
      known.set(to, is);
      if (when === 'after begin' && is.begun > was.begun) die(`journal ${to}`);
    },
  );
  // A job that goes on is in its file before this process writes it first.
  function present(path, read) {
    try {
      return read(path);
    } catch {
      return { begun: 0, ended: 0 };
    }
  }
}

function watchReport(step, when, die) {
  const write = process.stdout.write.bind(process.stdout);
  const state = when === 'after begin' ? 'begin' : 'end';
  process.stdout.write = (chunk, ...others) => {
    for (const line of String(chunk).split('\n')) {
      if (!line.startsWith('{')) continue;
      const event = JSON.parse(line);
      if (event.type === 'step' && event.title === step && event.state === state) die(`${step} ${state}`);
    }
    return write(chunk, ...others);
  };
}

/** Dies as soon as a file of that name has so many bytes: in the middle of its being written. */
function watchGrowth({ grows, below, bytes }, die) {
  const pattern = new RegExp(grows);
  const look = () => {
    for (const name of namesBelow(below)) {
      if (pattern.test(name) && sizeOf(join(below, name)) >= bytes) die(`${name} grows`);
    }
  };
  setInterval(look, 1).unref();
}

function namesBelow(folder) {
  try {
    return readdirSync(folder, { recursive: true });
  } catch {
    return [];
  }
}

function sizeOf(path) {
  try {
    return statSync(path).size;
  } catch {
    return 0;
  }
}
