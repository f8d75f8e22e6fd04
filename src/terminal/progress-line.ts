import { formatSize } from '../model/size.js';

/** `users: archive  42%  1.2 GiB of 2.9 GiB`. */
export function progressLine(progress: {
  readonly title: string;
  readonly done: number;
  readonly total: number;
  readonly unit?: 'bytes' | 'parts';
}): string {
  const share = progress.total === 0 ? 100 : Math.floor((100 * progress.done) / progress.total);
  const part = String(Math.min(share, 100)).padStart(3);
  if (progress.unit === 'parts') return `${progress.title} ${part}%`;
  return `${progress.title} ${part}%  ${formatSize(progress.done)} of ${formatSize(progress.total)}`;
}
