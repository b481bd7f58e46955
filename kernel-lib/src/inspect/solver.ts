import { isFieldSet, type DescField } from "@bufbuild/protobuf";
import {
  printSolver,
  readSolverPrototxt,
  SolverParameterSchema,
  type SolverParameter,
} from "../caffe/index.js";
import type { Inspection } from "./inspection.js";

/**
 * What a solver's prototxt says: the fields that are set, in the new syntax; Caffe's defaults are left out.
 *
 * @param text the file's text, which tells whether it is in the old syntax
 */
export function inspectSolver(path: string, text: string): Inspection {
  const solver = readSolverPrototxt(path);
  const oldSyntax = /(^|\s)solver_type\s*:/.test(text);
  const fields = SolverParameterSchema.fields.filter((field) => isFieldSet(solver, field));
  return {
    kind: "solver",
    data: {
      ...Object.fromEntries(fields.map((field) => [field.localName, valueOf(solver, field)])),
      oldSyntax,
    },
    lines: [
      ...(oldSyntax ? ["solver_type is Caffe's old syntax and was upgraded to type on load."] : []),
      ...printSolver(solver).trimEnd().split("\n"),
    ],
    warnings: [],
  };
}

/** A field's value as JSON can say it. */
function valueOf(solver: SolverParameter, field: DescField): unknown {
  const plain = (value: unknown): unknown => {
    if (typeof value === "bigint") return Number(value);
    // A float32, whose further digits nobody wrote.
    if (typeof value === "number") return Number(value.toPrecision(7));
    // Networks inside a solver: only that they are there.
    return typeof value === "object" ? {} : value;
  };
  const value = solver[field.localName as keyof SolverParameter] as unknown;
  if (field.fieldKind === "enum") return field.enum.value[value as number]?.name ?? value;
  return Array.isArray(value) ? value.map(plain) : plain(value);
}
