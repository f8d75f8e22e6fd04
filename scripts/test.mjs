// Every check and every tier, one after another, on this Node; unit and process tiers also on the other supported ones. The
// last line sums them: `Tests: N passed, N failed, N skipped`, each skip explained above it. `npm test`; while working, one
// tier: `npm test -- node`.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const PROJECT = fileURLToPath(new URL('..', import.meta.url));
const VITEST = join(PROJECT, 'node_modules', 'vitest', 'vitest.mjs');
const REPORTER = join(PROJECT, 'test', 'support', 'tally-reporter.ts');
/** Exact versions: what was tested is what is named. */
const OTHER_NODES = ['22.23.3', '24.21.0'];

const scratch = mkdtempSync(join(tmpdir(), 'altbk-tally-'));
const failures = [];
const tallies = [];

const print = (text) => process.stdout.write(`${text}\n`);
const heading = (text) => print(`\n${'='.repeat(100)}\n${text}\n${'='.repeat(100)}`);

function step(name, command, args, environment = {}) {
  heading(name);
  const from = Date.now();
  const { status, signal } = spawnSync(command, args, {
    cwd: PROJECT,
    stdio: 'inherit',
    env: { ...process.env, ...environment },
  });
  print(
    `${name}: ${((Date.now() - from) / 1000).toFixed(0)} s, ${status === 0 ? 'ok' : `FAILED (${signal ?? status})`}`,
  );
  if (status !== 0) failures.push(name);
  return status === 0;
}

function tier(project, node = { binary: process.execPath, version: process.versions.node }) {
  const name = `${project} tier on Node ${node.version}`;
  const file = join(scratch, `${tallies.length}.json`);
  step(
    name,
    node.binary,
    [VITEST, 'run', '--project', project, '--reporter=default', `--reporter=${REPORTER}`],
    {
      TALLY_FILE: file,
      NODE_NO_WARNINGS: '1',
    },
  );
  // Without a tally the tier died: one failure, so that the sum cannot look good.
  const tally = existsSync(file)
    ? JSON.parse(readFileSync(file, 'utf8'))
    : {
        passed: 0,
        failed: 1,
        failures: [{ title: name, message: 'ended without a result' }],
        skipped: [],
      };
  tallies.push({ name, project, ...tally });
}

/** Another Node from the npm package `node`, kept outside the tree. */
function otherNode(version) {
  const cache = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
  const folder = join(cache, 'alternator-backup', `node-${version}`);
  const binary = join(folder, 'node_modules', 'node', 'bin', 'node');
  if (!existsSync(binary)) {
    print(`Installing Node ${version} from npm into ${folder}`);
    mkdirSync(folder, { recursive: true });
    const args = ['install', '--prefix', folder, '--no-save', '--no-audit', '--no-fund', `node@${version}`];
    execFileSync('npm', args, { stdio: ['ignore', 'ignore', 'inherit'] });
  }
  const found = execFileSync(binary, ['--version'], { encoding: 'utf8' }).trim();
  if (found !== `v${version}`) throw new Error(`${binary} is ${found}, not v${version}`);
  return { binary, version };
}

const shortened = (text, most) => (text.length <= most ? text : `${text.slice(0, most - 1)}…`);

function hasJava() {
  return ['java', 'javac', 'mvn'].every(
    (program) => spawnSync(program, ['-version'], { stdio: 'ignore' }).error === undefined,
  );
}

const TIERS = ['unit', 'contract', 'process', 'node'];
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !TIERS.includes(name));
if (unknown.length > 0) {
  print(`usage: npm test [-- ${TIERS.join(' | ')}]   (all tiers and checks without one)`);
  rmSync(scratch, { recursive: true, force: true });
  process.exit(1);
}

const started = Date.now();
step('build', 'npm', ['run', '--silent', 'build']);
if (wanted.length === 0) {
  step('format', join(PROJECT, 'node_modules', '.bin', 'prettier'), ['--check', '.']);
  step('lint', 'npm', ['run', '--silent', 'lint']);
  step('types', 'npm', ['run', '--silent', 'types']);
}

const nodeTier = hasJava() || process.env.ALTERNATOR_BACKUP_TEST_NODE !== undefined;
for (const project of TIERS) {
  if (wanted.length > 0 && !wanted.includes(project)) continue;
  if (project !== 'node' || nodeTier) tier(project);
}

for (const version of wanted.length > 0 ? [] : OTHER_NODES) {
  if (process.versions.node.split('.')[0] === version.split('.')[0]) continue;
  try {
    const node = otherNode(version);
    tier('unit', node);
    tier('process', node);
  } catch (error) {
    print(`Node ${version} cannot be had: ${error.message}`);
    failures.push(`Node ${version}`);
  }
}

heading('Result');
for (const { name, passed, failed, skipped } of tallies) {
  print(`${name}: ${passed} passed, ${failed} failed, ${skipped.length} skipped`);
}
const reasons = new Map();
for (const { name, project, skipped } of tallies) {
  for (const { title, reason } of skipped) {
    if (reason === '') failures.push(`${title} (${name}) was skipped without a reason`);
    // Where a database can be had, whatever needs one must have run.
    if (project === 'node' && process.env.ALTERNATOR_BACKUP_TEST_NODE === undefined) {
      failures.push(`${title} was skipped though a node can be started here: ${reason}`);
    }
    reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  }
}
for (const [reason, count] of reasons) print(`skipped ${count}: ${reason}`);
if (!nodeTier) {
  print('THE NODE TIER DID NOT RUN: no real database was tested. It needs Java 17 and Maven:');
  print('  apt-get install openjdk-17-jdk-headless maven');
}
for (const { name, failures: failedTests } of tallies) {
  for (const { title, message } of failedTests) {
    print(`\n${name}: ${title}\n${message.replace(/^/gm, '    ')}`);
  }
}
for (const failure of failures) print(`FAILED: ${failure}`);
// All of them once more, one short line each: where only the last lines of a log are kept, none may be missing.
for (const { name, failures: failedTests } of tallies) {
  for (const { title, message } of failedTests) {
    const [why = ''] = message.split('\n').filter((line) => line.trim() !== '');
    print(`failed: ${name.split(' ')[0]} ${shortened(title, 100)}: ${shortened(why, 60)}`);
  }
}
print(`${((Date.now() - started) / 60_000).toFixed(1)} minutes`);
rmSync(scratch, { recursive: true, force: true });

const sum = (count) => tallies.reduce((total, tally) => total + count(tally), 0);
const failedTests = sum(({ failed }) => failed);
print(
  `Tests: ${sum(({ passed }) => passed)} passed, ${failedTests} failed, ${sum(({ skipped }) => skipped.length)} skipped`,
);
process.exitCode = failures.length === 0 && failedTests === 0 ? 0 : 1;
