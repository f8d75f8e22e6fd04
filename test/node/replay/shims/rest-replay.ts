import type { NodeAddresses } from '../../../node-under-test/index.js';
import { differences, type Difference } from '../compare.js';
import { valueWithoutGenerated } from './generated.js';
import type { RestCall } from './recorded.js';
import { comparableDirectories, directoriesOfTag } from './shown-directories.js';

/** Status, kind of content, body, and the directories of the tag where those were recorded. */
export async function replayRest(node: NodeAddresses, call: RestCall): Promise<readonly Difference[]> {
  const response = await fetch(node.rest + call.path, { method: call.method });
  const text = await response.text();
  const tag = new URL(call.path, node.rest).searchParams.get('tag');
  const left = call.directories_of_tag_afterwards;
  return differences(
    {
      status: call.status,
      'content-type': call['content-type'],
      body: comparableBody(call.body, '<data>'),
      directories: left && comparableDirectories(left, '<data>'),
    },
    {
      status: response.status,
      'content-type': response.headers.get('content-type'),
      body: comparableBody(JSON.parse(text), node.dataDirectory),
      directories:
        left && comparableDirectories(directoriesOfTag(node.dataDirectory, tag ?? ''), node.dataDirectory),
    },
    [],
  );
}

/** Lists come in the order of a hash, and the server's own keyspaces are Cassandra's here. */
function comparableBody(body: unknown, data: string): unknown {
  return inOrder(valueWithoutGenerated(numbersByShape(body), data));
}

/** Sizes, loads and uptimes differ; that there is something or nothing does not. */
function numbersByShape(value: unknown, isCode = false): unknown {
  if (typeof value === 'number') return isCode || value === 0 ? value : 'NUMBER';
  if (Array.isArray(value)) return value.map((item) => numbersByShape(item));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, numbersByShape(item, name === 'code')]),
  );
}

function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) {
    const texts = value
      .filter((item) => !(typeof item === 'string' && /^system(_|$)/.test(item)))
      .map((item) => JSON.stringify(inOrder(item)));
    // 256 tokens here and one there are the same list once each token is only known to be one.
    return [...new Set(texts)].sort().map((text) => JSON.parse(text) as unknown);
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, inOrder(item)]));
}
