export type ColumnType = 'number' | 'date' | 'category' | 'empty';

export interface ColumnShape {
  type: ColumnType;
  missing: number;
  distinct: number;
  /** The first few different values. */
  examples: string[];
}

export interface InspectedColumn extends ColumnShape {
  name: string;
}

/** Roles of columns in a generic table that can be guessed from name and shape. */
export type GuessedRole = 'label' | 'time' | 'group' | 'site';

/** `confidence` is a rule of thumb between 0 and 1, for people: nothing is ever read on the strength of a guess. */
export type RoleGuesses = Partial<Record<GuessedRole, { column: string; confidence: number }>>;

/** What a table looks like to someone who must say which column is what. */
export interface TableInspection {
  source: string;
  rows: number;
  columns: InspectedColumn[];
  guess: RoleGuesses;
}
