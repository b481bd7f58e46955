import type { Manifest } from "./manifestContent.js";

/** Why a result is not the newest: what comes after "was made", or null. */
export type Staleness = string | null;

/** Which folds' databases are older than the lists of patches. */
export function staleDatabases({ folds, databases }: Manifest, staleLists: boolean): Map<number, Staleness> {
  return byNumber(databases, ({ from }) =>
    staleLists || from !== folds?.key ? "from older lists of patches" : null,
  );
}

/** Which folds' networks are older than their databases. */
export function staleModels(
  { databases, models }: Manifest,
  databaseStates: ReadonlyMap<number, Staleness>,
): Map<number, Staleness> {
  return byNumber(models, ({ from }, fold) => {
    const database = databases[fold] as Manifest["databases"][string] | undefined;
    if (from !== database?.key) return "with an older database";
    return databaseStates.get(fold) === null ? null : "with a database that is stale";
  });
}

function byNumber<Value>(
  records: Readonly<Record<string, Value>>,
  state: (record: Value, fold: number) => Staleness,
): Map<number, Staleness> {
  return new Map(
    Object.entries(records).map(([fold, record]) => [Number(fold), state(record, Number(fold))]),
  );
}
