import assert from 'node:assert/strict'
import test from 'node:test'
import { seededRandom } from '../../base/simulated/random.ts'
import { Schema } from '../../data/schema.ts'
import type { LogicalType } from '../../data/types.ts'
import { type Value, valueAt } from '../../data/value.ts'
import type { ScanResult } from '../scan-result.ts'
import { NumberText, referenceRow } from './reference.ts'
import { damaged, jsonFields, objectText } from './sample-documents.ts'
import { jsonScanner } from './scanner.ts'

const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** Maps in the order of their keys: JSON.parse moves keys that look like numbers. */
function sorted(value: Value, type: LogicalType): Value {
  if (value === null) return null
  if (type.kind === 'ARRAY') return (value as Value[]).map((item) => sorted(item, type.element))
  if (type.kind === 'ROW') return (value as Value[]).map((item, i) => sorted(item, (type.fields[i] as { type: LogicalType }).type))
  if (type.kind !== 'MAP' && type.kind !== 'MULTISET') return value
  const held: LogicalType = type.kind === 'MAP' ? type.value : { kind: 'INT', nullable: false }
  const entries = (value as [string, Value][]).map(([key, item]) => [key, sorted(item, held)] as [string, Value])
  return entries.sort((a, b) => (a[0] < b[0] ? -1 : 1))
}

const plain = (value: unknown): unknown =>
  JSON.stringify(value, (_, each: unknown) => (each instanceof NumberText ? Number(each.text) : each))

for (const unknownFields of ['keep', 'drop', 'reject'] as const) {
  test(`any rows, valid or damaged, are read as JSON.parse reads them (unknown fields: ${unknownFields})`, () => {
    let accepted = 0
    let refused = 0
    for (let seed = 1; seed <= 60; seed++) {
      const random = seededRandom(seed)
      const schema = new Schema(jsonFields(random, seed % 25 === 0 ? 70 : 1 + random.int(9), 2))
      const scan = jsonScanner(schema, { unknownFields })
      for (let body = 0; body < 3; body++) {
        const lines = Array.from({ length: 1 + random.int(30) }, () => {
          const damage = random.int(4) === 0
          const text = encoder.encode(objectText({ ...random, duplicates: !damage }, schema.fields, random.int(3) === 0))
          return damage ? damaged(random, text) : text
        }).filter((line) => !/\\u[dD][89abAB][^\\]|[eE][+-]?\d{4}/.test(decoder.decode(line)))
        const expected = lines.map((line) => referenceRow(line, schema.fields, unknownFields))
        const blank = lines.map((line) => /^[ \t\r\n]*$/.test(decoder.decode(line)))
        const result = scan(joined(lines, random.int(2) === 0), 'ndjson')
        const where = `seed ${seed} body ${body}`
        compare(result, schema, lines, expected, blank, unknownFields === 'keep', where)
        accepted += result.batch.rowCount
        refused += result.rejected.length
      }
    }
    assert.ok(accepted > 400 && refused > 400, `both ways are met often: ${accepted} accepted, ${refused} refused`)
  })
}

function compare(
  result: ScanResult,
  schema: Schema,
  lines: readonly Uint8Array[],
  expected: readonly ReturnType<typeof referenceRow>[],
  blank: readonly boolean[],
  keepsUnknown: boolean,
  where: string,
): void {
  const good = expected.flatMap((row) => (row === undefined ? [] : [row]))
  const bad = expected.flatMap((row, line) => (row === undefined && blank[line] === false ? [line] : []))
  assert.deepEqual(
    result.rejected.map((one) => one.line - 1),
    bad,
    `${where}: ${difference(schema, lines, result, bad)}`,
  )
  assert.deepEqual(
    result.rejected.map((one) => decoder.decode(one.bytes)),
    bad.map((line) => decoder.decode(lines[line]).replace(/^[ \t\r]+/, '')),
  )
  assert.equal(result.received, good.length + bad.length, where)
  assert.equal(result.batch.rowCount, good.length, where)
  const rows = result.batch.rows()
  good.forEach((row, at) => {
    schema.fields.forEach((field, position) => {
      const label = `${where} row ${at} ${field.name} ${JSON.stringify(field.type)}`
      assert.deepEqual(
        sorted((rows[at] as Value[])[position] as Value, field.type),
        sorted(row.values[position] as Value, field.type),
        label,
      )
    })
    if (!keepsUnknown) return
    const text = result.unknown === null ? null : valueAt(result.unknown, at)
    assert.equal(text === null ? '[]' : plain(Object.entries(JSON.parse(text as string))), plain([...row.unknown].sort(order(text))), where)
  })
}

/** The reference keeps the place of a key's first occurrence, the scanner that of its last: order by the scanner's. */
function order(text: Value): (a: [string, unknown], b: [string, unknown]) => number {
  const keys = text === null ? [] : Object.keys(JSON.parse(text as string) as object)
  return (a, b) => keys.indexOf(a[0]) - keys.indexOf(b[0])
}

function joined(lines: readonly Uint8Array[], lastNewline: boolean): Uint8Array {
  const parts = lines.flatMap((line, i) => (i < lines.length - 1 || lastNewline ? [...line, 10] : [...line]))
  return Uint8Array.from(parts)
}

/** The first line on which the two disagree. */
function difference(schema: Schema, lines: readonly Uint8Array[], result: ScanResult, bad: readonly number[]): string {
  const refused = new Map(result.rejected.map((one) => [one.line - 1, one.reason]))
  const line = lines.findIndex((_, at) => refused.has(at) !== bad.includes(at))
  return `${schema.text()}\n${decoder.decode(lines[line])}\n${refused.get(line) ?? 'accepted by the scanner'}`
}
