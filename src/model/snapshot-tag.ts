/**
 * The name of our snapshots: `altbk_<store>_<run>`. At most 64 characters of `[A-Za-z0-9_-]`: a tag of 256 characters
 * isolated a real node, and one with `../` left the snapshots folder (recorded/scylla-2025.1, nodetool 900 and 169).
 */
export function snapshotTag(storeId: string, runId: string): string {
  const tag = `altbk_${storeId}_${runId}`;
  if (!isOurTag(tag)) throw new Error(`not a usable snapshot tag: ${tag}`);
  return tag;
}

export const isOurTag = (tag: string): boolean => /^altbk_[A-Za-z0-9_-]{3,58}$/.test(tag);
