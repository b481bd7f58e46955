/** One colour a type of patch, in every view: p epithelium, e edge, b background; as in the library's pictures. */
export const patchColours = { p: "rgb(0, 158, 115)", e: "rgb(230, 159, 0)", b: "rgb(0, 114, 178)" } as const;
