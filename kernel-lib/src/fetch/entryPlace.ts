/** What an archive's entry is to a study. */
export type EntryPlace = { kind: "image" | "mask"; file: string } | { kind: "other" } | "outside" | "unseen";

const imageEnding = /\.(tiff?|png|jpe?g)$/i;

/**
 * Says where an archive's entry belongs. The tutorial's archive has its images at the top and their masks in `masks/`; a study
 * has both in one folder, so the name alone counts, and what lies in a folder `masks` is a mask.
 *
 * @returns "outside" for a name that leads out of the folder into which an archive is unpacked, "unseen" for one with characters that
 * can't be seen
 * @example
 * entryPlace("masks/8918_00007_mask.png"); // => { kind: "mask", file: "8918_00007_mask.png" }
 * entryPlace("../8918_00007.tif"); // => "outside"
 */
export function entryPlace(name: string): EntryPlace {
  const parts = name.split("/").filter((part) => part !== "" && part !== ".");
  // Backslashes and colons are folders and disks elsewhere.
  if (name.startsWith("/") || parts.includes("..") || /[\\:\0]/.test(name)) return "outside";
  if (/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(name)) return "unseen";
  const file = parts.at(-1) ?? "";
  // What macOS adds to archives begins with a dot or lies in a folder of its own.
  if (file.startsWith(".") || parts.includes("__MACOSX") || !imageEnding.test(file)) return { kind: "other" };
  const isMask = /_mask\.png$/i.test(file);
  if (parts.slice(0, -1).includes("masks") && !isMask) return { kind: "other" };
  return { kind: isMask ? "mask" : "image", file };
}
