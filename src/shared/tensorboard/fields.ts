// Reads messages field by field, with every length checked: a checksum says that a file is whole, not that whoever
// wrote it meant well.
import { PbfReader } from 'pbf';
import { LogError } from './logError';
import { Wire } from './wire';

export function malformed(what: string): LogError {
  return new LogError('malformed-event', `An event cannot be read: ${what}.`);
}

/** The value of the field that is being visited; undefined where it is not of the kind asked for. */
export class Field {
  constructor(private readonly pbf: PbfReader) {}

  private is(type: number, bytes = 0): boolean {
    const { pbf } = this;
    return pbf.type === type && pbf.pos + bytes <= pbf.length;
  }

  double(): number | undefined {
    return this.is(Wire.FIXED64, 8) ? this.pbf.readDouble() : undefined;
  }

  float(): number | undefined {
    return this.is(Wire.FIXED32, 4) ? this.pbf.readFloat() : undefined;
  }

  /** A whole number; beyond 2^53 not exact. */
  integer(): number | undefined {
    return this.is(Wire.VARINT) ? this.pbf.readVarint(true) : undefined;
  }

  /** Bytes of the buffer that is read, not a copy. */
  bytes(): Uint8Array | undefined {
    if (!this.is(Wire.BYTES)) return undefined;
    this.checkLength();
    return this.pbf.readBytes();
  }

  text(): string | undefined {
    if (!this.is(Wire.BYTES)) return undefined;
    this.checkLength();
    return this.pbf.readString();
  }

  private checkLength(): void {
    const { pbf } = this;
    const from = pbf.pos;
    const length = pbf.readVarint();
    if (!(length <= pbf.length - pbf.pos)) throw malformed('a field is longer than its message');
    pbf.pos = from;
  }
}

/** Visits the fields of a message in their order. Throws a LogError where the bytes are no message. */
export function visitFields(
  bytes: Uint8Array,
  visit: (number: number, field: Field) => void,
): void {
  const pbf = new PbfReader(bytes);
  const field = new Field(pbf);
  try {
    for (let number = pbf.nextField(); number !== 0; number = pbf.nextField()) {
      visit(number, field);
    }
  } catch (error) {
    if (error instanceof LogError) throw error;
    throw malformed(error instanceof Error ? error.message : String(error));
  }
  if (pbf.pos !== pbf.length) throw malformed('it ends within a field');
}
