export { createGroup, createGroupIn, type GroupDeps, type GroupMembers, type NewGroup } from './create.ts';
export { GroupError, type GroupErrorCode } from './errors.ts';
export { listedDevices, type Group } from './group.ts';
export { groupsNamedIn } from './in-use.ts';
export { changeMembers, type MemberChange } from './members.ts';
export { previewSelector, type SelectorPreview } from './preview.ts';
export { getGroup, listGroups, listStanding, type GroupSummary, type StandingRelease } from './read.ts';
export { removeGroup, type Removal } from './remove.ts';
export { resolveMembers } from './resolve-members.ts';
export {
  MAX_LENGTH as MAX_SELECTOR_LENGTH,
  parseSelector,
  printSelector,
  staysWithin,
  type Selector,
} from './selector/index.ts';
export { clearStandingRelease, setStandingRelease, type StandingOrder } from './standing/set-standing.ts';
export { settleNewcomers, type Settled, type SettleOptions } from './standing/settle.ts';
export { tagDevices, type Tagging } from './tags/tag-devices.ts';
export { updateGroup, updateGroupIn, type GroupChange } from './update.ts';
