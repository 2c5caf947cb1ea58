import type { Random } from '../../base/ports.ts'
import { type LogicalType, type RowField, types } from '../../data/types.ts'
import { referenceRow } from './reference.ts'

/** Seeded contracts and documents for them: valid in all the ways JSON allows, or nearly valid. */

function jsonType(random: Random, depth: number): LogicalType {
  const nullable = random.int(4) > 0
  const scalars: readonly LogicalType[] = [
    types.boolean(nullable),
    types.tinyint(nullable),
    types.smallint(nullable),
    types.int(nullable),
    types.bigint(nullable),
    types.bigint(nullable),
    types.float(nullable),
    types.double(nullable),
    types.double(nullable),
    types.decimal(10, 2, nullable),
    types.decimal(18, 4, nullable),
    types.decimal(38, 10, nullable),
    types.string(nullable),
    types.string(nullable),
    types.string(nullable),
    types.varchar(5, nullable),
    types.bytes(nullable),
    types.date(nullable),
    types.time(3, nullable),
    types.timestamp(random.int(10), nullable),
    types.timestampLtz(3, nullable),
    types.timestampLtz(6, nullable),
  ]
  const pick = random.int(depth > 0 ? scalars.length + 5 : scalars.length)
  if (pick < scalars.length) return scalars[pick] as LogicalType
  if (pick === scalars.length) return types.multiset(types.string(false), nullable)
  if (pick <= scalars.length + 1) return types.map(types.string(false), jsonType(random, depth - 1), nullable)
  if (pick <= scalars.length + 2) return types.array(jsonType(random, depth - 1), nullable)
  return types.row(jsonFields(random, 1 + random.int(4), depth - 1), nullable)
}

/** Documents that will be damaged have no duplicate keys: a value that is overwritten must fit as well, and JSON.parse does not tell. */
export interface Dice extends Random {
  readonly duplicates: boolean
}

/** Names differ in more than one letter, so that no single changed byte makes one another. */
export function jsonFields(random: Random, count: number, depth: number): RowField[] {
  const names = ['ts', 'device_id', 'a', 'größe', 'x y', 'quote"d', '__proto__', '', 'k'.repeat(30)]
  return Array.from({ length: count }, (_, i) => ({
    name: random.int(3) === 0 && i < names.length ? (names[i] as string) : `field_${i}${i}_${'z'.repeat(i % 7)}`,
    type: jsonType(random, depth),
  }))
}

export function objectText(random: Dice, fields: readonly RowField[], strangers: boolean): string {
  const members = fields.flatMap((field) => {
    const count = random.duplicates && random.int(30) === 0 ? 2 : random.int(8) === 0 ? 0 : 1
    return Array.from({ length: count }, () =>
      memberText(random, field.name, count > 1 ? fitting(random, field.type) : valueText(random, field.type)),
    )
  })
  if (strangers) for (let i = random.int(3); i > 0; i--) members.push(memberText(random, `extra${random.int(3)}`, anyText(random, 3)))
  if (random.int(4) === 0) members.sort(() => random.next() - 0.5)
  return `{${space(random)}${members.join(`${space(random)},${space(random)}`)}${space(random)}}`
}

/** A value that is overwritten by a later one of the same key has to fit all the same. */
function fitting(random: Dice, type: LogicalType): string {
  for (;;) {
    const text = valueText(random, type)
    if (referenceRow(new TextEncoder().encode(`{"v":${text}}`), [{ name: 'v', type }], 'reject') !== undefined) return text
  }
}

const memberText = (random: Dice, name: string, value: string): string =>
  `${stringText(random, name)}${space(random)}:${space(random)}${value}`

function space(random: Dice): string {
  return random.int(6) === 0 ? ([' ', '\t', '  ', '\r', ' \t '][random.int(5)] as string) : ''
}

function stringText(random: Dice, text: string): string {
  let result = '"'
  for (const character of text) {
    const escaped = random.int(12) === 0
    const units = [...Array(character.length).keys()].map((i) => `\\u${character.charCodeAt(i).toString(16).padStart(4, '0')}`)
    if (escaped) result += character === '/' ? '\\/' : units.join('')
    else result += JSON.stringify(character).slice(1, -1)
  }
  return `${result}"`
}

function valueText(random: Dice, type: LogicalType): string {
  const pick = <T>(values: readonly T[]): T => values[random.int(values.length)] as T
  if (random.int(10) === 0 && (type.nullable || random.int(10) === 0)) return 'null'
  if (random.int(60) === 0) return anyText(random, 2)
  switch (type.kind) {
    case 'BOOLEAN':
      return pick(['true', 'false'])
    case 'TINYINT':
      return pick([String(random.int(256) - 128), '127', '-128', '1e2', '128', '-0', '5.0'])
    case 'SMALLINT':
      return pick([String(random.int(65_536) - 32_768), '32767', '-32769', '0.0'])
    case 'INT':
      return pick([String(random.int(2 ** 32) - 2 ** 31), '0', '-1', '2147483647', '-2147483648', '2147483648', '12E1', '1.5'])
    case 'BIGINT':
      return pick([
        String(random.int(2 ** 50)),
        `-${random.int(10 ** 9)}`,
        '1763845507123',
        '9007199254740991',
        '9007199254740993',
        '-9223372036854775808',
        '9223372036854775807',
        '9223372036854775808',
        '123456789012345',
        '999999999',
        '1234567890',
        '-0',
        '1e18',
      ])
    case 'FLOAT':
    case 'DOUBLE':
      return pick([
        String(random.next()),
        String(random.next() * 10 ** (random.int(40) - 20)),
        (random.next() * 1000).toFixed(2),
        '0.1',
        '-0',
        '-0.0',
        '1e-7',
        '1E+5',
        '5e-324',
        '1.7976931348623157e308',
        '1e400',
        '123456789.5',
        '0.30000000000000004',
        '179769313486231580793728971405301',
        '3.5e38',
        String(random.int(1000)),
      ])
    case 'DECIMAL':
      return pick([
        '0',
        '1.005',
        '-1.005',
        '12345678.99',
        '1e-3',
        '"7.25"',
        '99999999.994',
        '123456789',
        String(random.int(10 ** 6) / 1000),
        '1e20',
      ])
    case 'CHAR':
    case 'VARCHAR':
      return stringText(
        random,
        pick([
          '',
          'BR',
          'US',
          'a',
          'São',
          '日本語',
          '😀',
          'a/b"c\\d',
          'line\nbreak\u0001',
          'é'.repeat(random.int(30)),
          `v${random.int(5000)}`,
          'x'.repeat(random.int(100)),
        ]),
      )
    case 'BINARY':
    case 'VARBINARY':
      return JSON.stringify(pick([Buffer.from(random.bytes(random.int(9))).toString('base64'), 'AQI', '====', 'a', '-_-_']))
    case 'DATE':
      return pick(['"2025-11-22"', '"1969-12-31"', '"2024-02-29"', '"2023-02-29"', '"0001-01-01"', '"2025-1-1"', '"2025-11-22T"'])
    case 'TIME':
      return pick(['"21:05:07"', '"21:05"', '"23:59:59.9999"', '"24:00:00"', '"00:00:00Z"', '"1:00"'])
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ':
      return pick([
        '"2025-11-22T21:05:07.123456789Z"',
        '"2025-11-22 21:05:07.5"',
        '"2025-11-22T21:05"',
        '"2025-11-22"',
        '"1969-12-31T23:59:59.999999999"',
        '"2025-11-22T21:05:07+02:00"',
        '"2025-11-22T21:05:07-0530"',
        '"9999-12-31T23:59:59.999+05"',
        '"2025-13-01T00:00:00"',
        '"2025-02-30"',
        '"2025-11-22T21:60:00"',
        '"yesterday"',
        '1763845507123',
      ])
    case 'ARRAY':
      return `[${Array.from({ length: random.int(4) }, () => valueText(random, type.element)).join(` ${space(random)},`)}${space(random)}]`
    case 'MAP':
    case 'MULTISET': {
      const held: LogicalType = type.kind === 'MAP' ? type.value : types.int(false)
      const size = random.int(12) === 0 ? 20 : random.int(4)
      const keys = Array.from({ length: size }, (_, i) => (random.duplicates && random.int(15) === 0 ? 'same' : `key${i}é`))
      return `{${keys.map((key) => memberText(random, key, key === 'same' ? fitting(random, held) : valueText(random, held))).join(',')}${space(random)}}`
    }
    case 'ROW':
      return objectText(random, type.fields, random.int(5) === 0)
    default:
      return 'null'
  }
}

/** Any JSON value. */
function anyText(random: Dice, depth: number): string {
  const scalars = ['null', 'true', '1', '-1.5e3', '"text"', '"\\u00e9\\n"', '[]', '{}', '"😀"']
  const pick = random.int(depth > 0 ? scalars.length + 2 : scalars.length)
  if (pick < scalars.length) return scalars[pick] as string
  const items = Array.from({ length: 1 + random.int(3) }, () => anyText(random, depth - 1))
  return pick === scalars.length ? `[${items.join(', ')}]` : `{${items.map((item, i) => `"k${i}" : ${item}`).join(',')}}`
}

/** One or two bytes changed, lost or added: mostly no JSON any more. */
export function damaged(random: Random, text: Uint8Array): Uint8Array {
  const bytes = [...text]
  for (let times = 1 + random.int(2); times > 0; times--) {
    const at = random.int(bytes.length)
    const byte = random.int(3) === 0 ? random.int(256) : '{}[]",:\\0123456789.eE+- tfn\u0001'.charCodeAt(random.int(30)) || 0
    const how = random.int(3)
    if (how === 0) bytes[at] = byte
    else if (how === 1) bytes.splice(at, 1)
    else bytes.splice(at, 0, byte)
  }
  return Uint8Array.from(bytes.map((byte) => (byte === 10 ? 32 : byte)))
}
