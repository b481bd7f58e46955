import { ScalarType, type DescField, type DescMessage } from "@bufbuild/protobuf";
import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";

/** What may stand under one field number. */
interface FieldKind {
  name: string;
  /** How one value is written. */
  wire: WireType;
  /** Whether many values may stand together under one length. */
  repeated: boolean;
  message: DescMessage | undefined;
}

/** Messages within messages; Caffe's own go four deep. */
const deepest = 100;

/**
 * Messages and unknown fields in one file, of which Caffe's largest networks have some thousands. Each takes two
 * bytes in a file but hundreds in memory.
 */
const most = 100_000;

const kinds = new WeakMap<DescMessage, Map<number, FieldKind>>();

/**
 * Checks that bytes have a message's structure: every length lies within what encloses it, every value has its
 * field's kind.
 *
 * The protobuf library trusts both (it lets a message's last field run past the message's end, and reads a field
 * by its number whatever its kind), so that a damaged file could give wrong numbers without a word.
 *
 * @throws Error that says what stands at which byte.
 */
export function checkStructure(schema: DescMessage, bytes: Uint8Array): void {
  checkMessage(schema, new BinaryReader(bytes), bytes, bytes.length, 0, { left: most });
}

function checkMessage(
  schema: DescMessage,
  reader: BinaryReader,
  bytes: Uint8Array,
  end: number,
  depth: number,
  budget: { left: number },
): void {
  if (depth > deepest) throw new Error(`messages nested more than ${deepest} deep`);
  const fields = kindsOf(schema);
  while (reader.pos < end) {
    const start = reader.pos;
    const [number, wire] = reader.tag();
    const field = fields.get(number);
    if ((!field || field.message) && --budget.left < 0) throw new Error(`more than ${most} parts`);
    if (wire !== WireType.LengthDelimited) {
      if (field && field.wire !== wire) throw new Error(`${field.name} in another form at byte ${start}`);
      reader.skip(wire, number);
      if (reader.pos > end) throw new Error(`a value cut short at byte ${start}`);
      continue;
    }
    const length = reader.uint32();
    const fieldEnd = reader.pos + length;
    if (fieldEnd > end) {
      throw new Error(
        `a length of ${length} at byte ${start} where ${Math.max(0, end - reader.pos)} bytes are left`,
      );
    }
    if (field?.message) checkMessage(field.message, reader, bytes, fieldEnd, depth + 1, budget);
    else if (field) checkValues(field, bytes, reader.pos, fieldEnd);
    reader.pos = fieldEnd;
  }
}

/** A string's or bytes' length is free; values that stand together must fill it exactly. */
function checkValues(field: FieldKind, bytes: Uint8Array, start: number, end: number): void {
  if (field.wire === WireType.LengthDelimited) return;
  const whole =
    field.wire === WireType.Varint
      ? end === start || bytes[end - 1] < 0x80
      : (end - start) % (field.wire === WireType.Bit64 ? 8 : 4) === 0;
  if (!field.repeated || !whole) throw new Error(`${field.name} of ${end - start} bytes at byte ${start}`);
}

function kindsOf(schema: DescMessage): Map<number, FieldKind> {
  let known = kinds.get(schema);
  if (!known) {
    known = new Map(schema.fields.map((field) => [field.number, kindOf(field)]));
    kinds.set(schema, known);
  }
  return known;
}

function kindOf(field: DescField): FieldKind {
  const { name, message, scalar } = field;
  const wire = message ? WireType.LengthDelimited : scalar === undefined ? WireType.Varint : wireOf(scalar);
  return { name, wire, repeated: field.fieldKind === "list", message };
}

function wireOf(scalar: ScalarType): WireType {
  switch (scalar) {
    case ScalarType.DOUBLE:
    case ScalarType.FIXED64:
    case ScalarType.SFIXED64:
      return WireType.Bit64;
    case ScalarType.FLOAT:
    case ScalarType.FIXED32:
    case ScalarType.SFIXED32:
      return WireType.Bit32;
    case ScalarType.STRING:
    case ScalarType.BYTES:
      return WireType.LengthDelimited;
    default:
      return WireType.Varint;
  }
}
