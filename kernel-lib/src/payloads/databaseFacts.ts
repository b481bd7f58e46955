import type { DatabaseSummaryPayload } from "./databaseSummary.js";

/** What a fold's databases are worth, in plain words. */
export interface DatabaseVerdict {
  whole: boolean;
  sentence: string;
  /** Each gap and each broken record that is listed. */
  findings: string[];
}

/** Says whether every patch of a fold's databases is there and can be read. */
export function databaseVerdict({ databases }: DatabaseSummaryPayload): DatabaseVerdict {
  const missing = databases.reduce((sum, { missingCount }) => sum + missingCount, 0);
  const broken = databases.reduce((sum, { brokenCount }) => sum + brokenCount, 0);
  const whole = missing === 0 && broken === 0;
  const sentence = whole
    ? "Whole: every patch is there and can be read."
    : `Damaged: ${missing} patches are missing and ${broken} can't be read; make the databases again.`;
  const findings = databases.flatMap((database) => [
    ...database.missing.map(({ first, last }) =>
      first === last ? `${database.name}: no key ${first}` : `${database.name}: no keys ${first} to ${last}`,
    ),
    ...database.broken.map(({ key, reason }) => `${database.name}, ${key}: ${reason}`),
  ]);
  return { whole, sentence, findings };
}
