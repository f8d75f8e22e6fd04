import {
  chownSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

/** The user that the server without root rights runs as, in the recordings and here. */
export const SERVER_USER = 65534;

export const own = (upload: string, group = SERVER_USER) => {
  forAll(upload, (path) => {
    chownSync(path, SERVER_USER, group);
  });
};

export function forAll(upload: string, act: (path: string) => void): void {
  for (const name of readdirSync(upload)) act(join(upload, name));
}

export function toLinks(upload: string): void {
  const real = `${upload}-real-files`;
  mkdirSync(real);
  forAll(upload, (path) => {
    const name = path.slice(upload.length + 1);
    renameSync(path, join(real, name));
    symlinkSync(join(real, name), path);
  });
}

/** Paths of this component, one for each SSTable; `position` -1 is the last. */
export function file(upload: string, component: string, position = 0): string {
  const found = readdirSync(upload)
    .filter((name) => name.endsWith(`-${component}`))
    .sort();
  const name = found.at(position);
  if (name === undefined) throw new Error(`no ${component} in ${upload}`);
  return join(upload, name);
}

export const changeByte = (path: string, share: number): void => {
  changeByteAt(path, Math.floor(readFileSync(path).length * share));
};

export function changeByteAt(path: string, position: number): void {
  const bytes = readFileSync(path);
  bytes.writeUInt8(bytes.readUInt8(position) ^ 0x10, position);
  writeFileSync(path, bytes);
}

/** Changes the first letter of a text, looked for behind this share of the file. */
export function misspell(path: string, text: string, share = 0): void {
  const bytes = readFileSync(path);
  const position = bytes.indexOf(text, Math.floor(bytes.length * share));
  if (position < 0) throw new Error(`no "${text}" in ${path}`);
  changeByteAt(path, position);
}

export function cut(path: string, length: (size: number) => number): void {
  truncateSync(path, length(readFileSync(path).length));
}
