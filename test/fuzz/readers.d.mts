/** See readers.mjs. */
export const readers: readonly { name: string }[];
