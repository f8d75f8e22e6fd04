import { KnownError } from '../errors.js';
import { expectProgram } from '../system/find-program.js';
import { ProgramFailed, type Run } from '../system/run.js';
import { waitUntil, type Clock } from '../system/wait.js';
import type { NodeService } from './node-service.js';
import type { Argv, ServiceCommands, ServiceSetting } from './service-setting.js';

export interface ServiceTools {
  readonly run: Run;
  readonly clock: Clock;
}

const COMMAND_MS = 15 * 60_000;
const STOP_MS = 10_000;

/** The service as the setting says. Its commands are not interrupted: a database half stopped helps nobody. */
export function serviceFor(setting: ServiceSetting, tools: ServiceTools): NodeService {
  switch (setting.kind) {
    case 'systemd':
      return controlled(setting.unit, systemd(setting.unit), tools);
    case 'docker':
      return controlled(`Scylla in container ${setting.container}`, supervisor(setting.container), tools);
    case 'command':
      return controlled('the service', setting, tools);
    case 'none':
      return noService;
  }
}

const systemd = (unit: string): ServiceCommands => ({
  start: ['systemctl', 'start', '--', unit],
  stop: ['systemctl', 'stop', '--', unit],
  status: ['systemctl', 'is-active', '--quiet', '--', unit],
});

/** The official image runs Scylla under supervisord (dist/docker); stopping the container would take our doors with it. */
const supervisor = (container: string): ServiceCommands => {
  const control = (verb: string): Argv => ['docker', 'exec', container, 'supervisorctl', verb, 'scylla'];
  return { start: control('start'), stop: control('stop'), status: control('status') };
};

function controlled(name: string, commands: ServiceCommands, { run, clock }: ServiceTools): NodeService {
  const call = (argv: Argv) => run({ argv, timeoutMs: COMMAND_MS });

  const service: NodeService = {
    name,
    startCommand: commands.start.join(' '),

    async verify() {
      for (const [program] of [commands.stop, commands.start, commands.status]) {
        await expectProgram(program, 'Pass --service with what starts and stops the database here.');
      }
      if (await service.isActive()) return;
      throw new KnownError('program', `${name} is not active, or its status cannot be read`, {
        hint: `Look at ${commands.status.join(' ')}; --service names what starts and stops the database here.`,
        changed: 'Nothing was done.',
      });
    },

    async isActive() {
      try {
        await call(commands.status);
        return true;
      } catch (error) {
        if (error instanceof ProgramFailed && error.programExitCode !== undefined) return false;
        throw error;
      }
    },

    async start() {
      await call(commands.start).catch((error: unknown) => {
        throw failed('start', error);
      });
    },

    async stop() {
      await call(commands.stop).catch((error: unknown) => {
        throw failed('stop', error);
      });
      await waitUntil(async () => ((await service.isActive()) ? 'it is still active' : undefined), {
        problem: 'Not stopped',
        patience: { deadlineMs: STOP_MS, firstMs: 100, mostMs: 1_000 },
        clock,
      }).catch((error: unknown) => {
        if (!(error instanceof KnownError) || error.kind !== 'unavailable') throw error;
        // The documented words.
        throw new KnownError('program', 'Service still running after stop command', {
          cause: error,
          hint: `Look at ${commands.status.join(' ')}.`,
        });
      });
    },
  };
  return service;
}

/** Docker asks for a container that nobody may stop; whoever says `none` has an online restore in mind. */
const noService: NodeService = {
  name: 'no service',
  startCommand: '',
  verify: () => refuse(),
  isActive: () => refuse(),
  start: () => refuse(),
  stop: () => refuse(),
};

function refuse(): Promise<never> {
  return Promise.reject(
    new KnownError('usage', '--service none: there is nothing that --offline could stop and start', {
      hint: 'Restore without --offline, or pass --service.',
      changed: 'Nothing was done.',
    }),
  );
}

/** The documented words, with the reason of the program behind them. */
function failed(verb: 'start' | 'stop', error: unknown): KnownError {
  const why = error instanceof ProgramFailed && error.said !== '' ? error.said : (error as Error).message;
  return new KnownError('program', `Failed to ${verb} ScyllaDB service: ${why}`, {
    cause: error,
    hint: 'Controlling the service needs root rights: sudo alternator-backup …',
  });
}
