import type { Catalogue } from '../words.ts';
import { entries } from './entries.ts';
import { features } from './features.ts';
import { problems } from './problems.ts';
import { screens } from './screens.ts';
import { tablet } from './tablet.ts';

export const english: Catalogue = { screens, entries, tablet, problems, features };
