/** What a bench found: rows for people, and the figures that are held against a goal. */
export interface Report {
  name: string;
  columns: readonly string[];
  rows: readonly (readonly (string | number)[])[];
  figures: Readonly<Record<string, number>>;
  notes?: readonly string[];
}
