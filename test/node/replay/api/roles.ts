import type { Recording } from './recordings.js';
import type { WireRequest } from './send.js';
import type { Session } from './session.js';
import { signed } from './sign.js';

const PASSWORD = 'secret of the role';

/** The roles that the recorded server with authorization had, beside the superuser. */
export async function makeRoles({ cql }: Session): Promise<void> {
  await cql(`CREATE ROLE backup WITH PASSWORD = '${PASSWORD}' AND LOGIN = true`);
  await cql('CREATE ROLE nopw WITH LOGIN = true');
  await cql(`CREATE ROLE nologin WITH PASSWORD = '${PASSWORD}' AND LOGIN = false`);
}

/** The request with the signature, or without it, that the recording speaks of. */
export async function asSigned(
  recording: Recording,
  request: WireRequest,
  session: Session,
): Promise<WireRequest> {
  const { signing, note = '', number } = recording;
  if (signing === undefined || signing === 'unsigned') return request;
  const authorization = /^Authorization: (.*)$/.exec(note)?.[1];
  if (authorization !== undefined) {
    const value = authorization === '(empty)' ? '' : authorization;
    return { ...request, headers: { ...request.headers, Authorization: value } };
  }
  const accessKey = /access key '([^']+)'/.exec(signing)?.[1] ?? '';
  const secret = await secretFor(number, accessKey, session);
  const date = note.startsWith('X-Amz-Date replaced') ? '20200101T000000Z' : undefined;
  return signed(request, new URL(session.sender.endpoint).host, { accessKey, secret }, date);
}

const WRONG_KEY = 857;
const PASSWORD_AS_KEY = 858;

async function secretFor(number: number, role: string, { saltedHash }: Session): Promise<string> {
  if (number === WRONG_KEY) return 'not the key';
  if (number === PASSWORD_AS_KEY) return PASSWORD;
  return (await saltedHash(role)) ?? 'a role without a password has no key';
}
