/**
 * Protocol-buffer bytes by hand, from the field numbers of onnx.proto: what the tests of the decoder feed it must not
 * come from the schema under test.
 */

/** A field: its number, and either an integer (varint) or bytes, text or a message. */
export type WireField = readonly [number: number, value: number | bigint | string | Uint8Array];

function varint(value: number | bigint): Uint8Array {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  do {
    const more = rest > 0x7fn ? 0x80 : 0;
    bytes.push(Number(rest & 0x7fn) | more);
    rest >>= 7n;
  } while (rest > 0n);
  return Uint8Array.from(bytes);
}

/** One message's fields, in the order given. */
export function message(...fields: readonly WireField[]): Uint8Array {
  return joined(
    fields.flatMap(([number, value]) => {
      if (typeof value === 'number' || typeof value === 'bigint') return [varint(number * 8), varint(value)];
      const bytes = typeof value === 'string' ? new TextEncoder().encode(value) : value;
      return [varint(number * 8 + 2), varint(bytes.byteLength), bytes];
    }),
  );
}

/** Packed integers. */
export function packed(...values: readonly (number | bigint)[]): Uint8Array {
  return joined(values.map(varint));
}

export function bytesOf(array: ArrayBufferView): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

/** A whole ModelProto of IR version 8 and opset 17 around a GraphProto. */
export function modelBytes(graph: Uint8Array, ...more: readonly WireField[]): Uint8Array {
  return message([1, 8], [7, graph], [8, message([2, 17])], ...more);
}
