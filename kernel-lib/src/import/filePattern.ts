import picomatch from "picomatch";
import { HistobookError } from "../foundation/index.js";

/** What a file's path says by a pattern. */
export interface PatternMatch {
  /** By which images and masks are paired. */
  name: string;
  /** Where the pattern has `{patient}`. */
  patient: string | undefined;
}

/** A pattern of paths: where its files lie, and what each path says. */
export interface FilePattern {
  /** As it was given. */
  text: string;
  /** The folder, relative to where the pattern starts, below which all of its files lie. */
  folder: string;
  /** So many folders below `folder` a file may lie at most. */
  depth: number;
  /** Whether the path, relative to `folder` with "/" between names, fits, and what it says. */
  match: (path: string) => PatternMatch | undefined;
}

/** Stand in for {name} and {patient} until the pattern is a regular expression; plain letters pass through as they are. */
const placeholders = { name: "HISTOBOOKnameHISTOBOOK", patient: "HISTOBOOKpatientHISTOBOOK" } as const;

/** What is not taken literally in a pattern. */
const special = /[*?[\]{}()!]/;

/**
 * Reads a pattern: `*` any part of a file's name, `**` any folders, `?` one letter, `{a,b}` one or the other.
 *
 * `{name}` is the part of a path by which images and masks are paired, `{patient}` the patient's code; each is at least one letter
 * long, as short as the rest of the pattern lets it be, and never reaches over a "/". Where it stands twice, it must be the same both
 * times. Without `{name}` the name is the file's own without its ending; of an annotation also without `_mask`, and without the image's
 * ending where that stands before its own (`a.tif.geojson`). Large and small letters are the same but for what the name says.
 *
 * @param option of the command line, for the error
 * @param ofAnnotations whether it is for masks or GeoJSON files
 * @throws HistobookError `BadOption`.
 */
export function filePattern(option: string, text: string, ofAnnotations: boolean): FilePattern {
  const parts = text.split("/");
  const fixed = parts.findIndex((part) => special.test(part));
  const start = fixed < 0 ? parts.length - 1 : fixed;
  const rest = parts.slice(start);
  if (rest.join("/") === "") {
    throw new HistobookError("BadOption", {
      subject: option,
      found: `'${text}'`,
      expected: "a pattern of files such as 'images/*.tif'",
      fix: "add what the files are called",
    });
  }
  const expression = expressionOf(rest.join("/"));
  const named = text.includes("{name}");
  return {
    text,
    folder: start === 1 && parts[0] === "" ? "/" : parts.slice(0, start).join("/"),
    depth: rest.includes("**") ? Infinity : rest.length,
    match(path) {
      const found = expression.exec(path);
      if (!found) return undefined;
      const { name, patient } = found.groups ?? {};
      return { name: named ? name : ofAnnotations ? annotatedName(path) : plainName(path), patient };
    },
  };
}

function expressionOf(pattern: string): RegExp {
  const marked = pattern
    .replaceAll("{name}", placeholders.name)
    .replaceAll("{patient}", placeholders.patient);
  let { source } = picomatch.makeRe(marked, { nonegate: true });
  for (const [group, mark] of Object.entries(placeholders)) {
    source = source.replace(mark, `(?<${group}>[^/]+?)`).replaceAll(mark, `\\k<${group}>`);
  }
  return new RegExp(source, "i");
}

/** `images/8918_00007.tif`: `8918_00007`. */
function plainName(path: string): string {
  const file = path.slice(path.lastIndexOf("/") + 1);
  const dot = file.lastIndexOf(".");
  return dot > 0 ? file.slice(0, dot) : file;
}

/** `masks/8918_00007_mask.png` and `8918_00007.tif.geojson`: `8918_00007`. */
function annotatedName(path: string): string {
  return plainName(path)
    .replace(/_mask$/i, "")
    .replace(/\.(tiff?|png|jpe?g)$/i, "");
}
