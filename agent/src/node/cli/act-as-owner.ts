import { statSync, type Stats } from 'node:fs';

/**
 * Gives up root for the owner of the state folder: whoever asks `sudo plumbline-agent status` must not leave files
 * there that the agent, which runs as its own user, cannot open any more. Nothing happens where we are not root, where
 * root owns the folder, or where there is none yet.
 */
export function actAsOwnerOf(folder: string | undefined): void {
  if (folder === undefined || process.geteuid?.() !== 0) return;
  const owner = ownerOf(folder);
  if (owner === undefined || owner.uid === 0) return;
  process.setgroups?.([owner.gid]);
  process.setgid?.(owner.gid);
  process.setuid?.(owner.uid);
}

function ownerOf(folder: string): Pick<Stats, 'uid' | 'gid'> | undefined {
  return statSync(folder, { throwIfNoEntry: false });
}
