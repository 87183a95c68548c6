import { denseFamily } from '../dense/index.ts';
import { linearFamily } from '../linear/index.ts';
import { treeFamily } from '../trees/index.ts';
import type { RecipeFamily } from './recipe.ts';

/** Everything we know how to shrink, in the order in which it is asked. */
export const recipeFamilies: readonly RecipeFamily[] = [treeFamily, linearFamily, denseFamily];
