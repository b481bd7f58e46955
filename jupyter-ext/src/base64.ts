/** The bytes that a base64 text stands for; line breaks, as Jupyter's files have them, don't count. */
export function base64Bytes(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text.replace(/\s/g, "")), (character) => character.charCodeAt(0));
}
