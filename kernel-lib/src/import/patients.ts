import { basename } from "node:path";
import { HistobookError, messageOf, readTextFile } from "../foundation/index.js";
import { patientOf } from "../study/index.js";
import type { FilePair } from "./pairFiles.js";

/** Where patients' codes come from; the left part of the name by default. */
export interface PatientOptions {
  /** A regular expression for the image's path; its first group, or else all that it finds, is the patient. */
  patient?: string | RegExp;
  /** A table (CSV) with the columns `name` and `patient`. */
  patients?: string;
}

/** Tells a pair's patient; undefined when it can't. */
export type PatientRule = (pair: FilePair, path: string) => string | undefined;

/**
 * How patients are told: by a table, by a regular expression, by `{patient}` in a pattern, or else by what stands before the
 * first underscore of the name (the tutorial's rule).
 *
 * @throws HistobookError `BadOption`; `BadInput` when the table can't be read.
 */
export async function patientRule(
  { patient, patients }: PatientOptions,
  inPattern: boolean,
): Promise<PatientRule> {
  if ([patient, patients, inPattern || undefined].filter((rule) => rule !== undefined).length > 1) {
    throw new HistobookError("BadOption", {
      subject: "--patient",
      found: "more than one rule for the patient",
      expected: "one of --patient, --patients and {patient} in a pattern",
      fix: "leave the others out",
    });
  }
  if (patients !== undefined) {
    const table = await readTable(patients);
    return ({ name, image }) => table.get(name) ?? table.get(basename(image));
  }
  if (patient !== undefined) {
    const expression = toExpression(patient);
    return (_, path) => {
      const found = expression.exec(path);
      return found?.[1] ?? found?.[0];
    };
  }
  return inPattern ? (pair) => pair.patient : ({ name }) => patientOf(name);
}

function toExpression(patient: string | RegExp): RegExp {
  if (patient instanceof RegExp) return new RegExp(patient.source, patient.flags.replace(/[gy]/g, ""));
  try {
    return new RegExp(patient);
  } catch (error) {
    throw new HistobookError("BadOption", {
      subject: "--patient",
      found: `'${patient}' (${messageOf(error)})`,
      expected: "a regular expression such as '^([A-Z]+[0-9]+)-'",
      fix: "correct it, and put it between single quotes",
      cause: error,
    });
  }
}

async function readTable(path: string): Promise<Map<string, string>> {
  const bad = (found: string, cause?: unknown): HistobookError =>
    new HistobookError("BadInput", {
      subject: path,
      found,
      expected: "a table as CSV with the columns 'name' and 'patient'",
      fix: "save it so, with one line an image",
      cause,
    });
  let text: string;
  try {
    text = readTextFile(path);
  } catch (error) {
    throw bad(`a file that can't be read (${messageOf(error)})`, error);
  }
  const { dsvFormat } = await import("d3-dsv");
  // Spreadsheets write what their language has between columns.
  const separator = [",", ";", "\t"].find((letter) => text.split("\n", 1)[0].includes(letter)) ?? ",";
  const rows = dsvFormat(separator).parse(text);
  const missing = ["name", "patient"].filter((column) => !rows.columns.includes(column));
  if (missing.length > 0) throw bad(`no column '${missing.join("' and '")}'`);
  const table = new Map<string, string>();
  for (const { name, patient } of rows) {
    const known = table.get(name);
    if (known !== undefined && known !== patient) throw bad(`two patients for '${name}'`);
    if (patient.trim() !== "") table.set(name, patient);
  }
  return table;
}
