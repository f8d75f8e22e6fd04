import { z } from 'zod';

/** How the service is controlled: `--service`. */
export type ServiceSetting =
  | { readonly kind: 'systemd'; readonly unit: string }
  | { readonly kind: 'docker'; readonly container: string }
  | ({ readonly kind: 'command' } & ServiceCommands)
  | { readonly kind: 'none' };

export interface ServiceCommands {
  readonly start: Argv;
  readonly stop: Argv;
  /** Ends with status 0 while the service is active. */
  readonly status: Argv;
}

export type Argv = readonly [string, ...string[]];

/** What docker takes for a name or an id. One that begins with a dash would be an option of docker's. */
export const CONTAINER_NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]*$/;

const argv = z.tuple([z.string().min(1)], z.string());
const commands = z.strictObject({ start: argv, stop: argv, status: argv });

/**
 * `systemd:scylla-server`, `docker:NAME`, `command:{"start":[…],"stop":[…],"status":[…]}` or `none`. Gives the problem as a
 * sentence when it is none of these.
 */
export function parseServiceSetting(text: string): ServiceSetting | string {
  if (text === 'none') return { kind: 'none' };
  const [, kind = '', rest = ''] = /^(systemd|docker|command):(.+)$/s.exec(text) ?? [];
  if (kind === 'systemd') return { kind, unit: rest };
  if (kind === 'docker') {
    return CONTAINER_NAME.test(rest)
      ? { kind, container: rest }
      : `--service docker: wants the name of a container, not '${rest}'`;
  }
  if (kind === 'command') return parseCommands(rest);
  return `--service must be systemd:UNIT, docker:CONTAINER, command:JSON or none, not '${text}'`;
}

function parseCommands(text: string): ServiceSetting | string {
  try {
    return { kind: 'command', ...commands.parse(JSON.parse(text)) };
  } catch {
    return '--service command: wants {"start":[…],"stop":[…],"status":[…]}, each a list of program and arguments';
  }
}
