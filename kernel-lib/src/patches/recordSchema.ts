import type * as zod from "zod";

/** What an image's record is in its file; see `ImageRecord` for what its parts mean. */
function schemaOf(z: typeof zod) {
  return z.object({
    key: z.string(),
    patient: z.string(),
    imageNumber: z.int(),
    width: z.int(),
    height: z.int(),
    rotations: z.array(z.int()),
    empty: z.nullable(z.enum(["mask", "white"])),
    positions: z.object({ p: z.array(z.int()), e: z.array(z.int()), b: z.array(z.int()) }),
  });
}

let schema: ReturnType<typeof schemaOf> | undefined;

/**
 * Checks a record's data.
 *
 * @throws Error that says where they differ from what they must be.
 */
export function checkRecord(data: unknown): zod.infer<ReturnType<typeof schemaOf>> {
  // Loaded with the first record: a notebook's import of the library does not wait for it.
  schema ??= schemaOf(require("zod") as typeof zod);
  return schema.parse(data);
}
