import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Contract, ContractColumn } from '../data/contract.ts'
import { type LogicalType, types } from '../data/types.ts'
import { evolveContract } from './streams.ts'

const column = (id: number, name: string, type: LogicalType): ContractColumn => ({ kind: 'physical', id, name, type })
const contract = (columns: readonly ContractColumn[], more: Partial<Contract> = {}): Contract => ({
  version: 1,
  columns,
  watermark: null,
  primaryKey: [],
  distributedBy: [],
  buckets: 1,
  options: {},
  comment: null,
  ...more,
})
const before = contract([column(1, 'a', types.int(false)), column(2, 'b', types.string())])

test('the same contract is no change, whatever ids its text had', () => {
  const again = contract([column(1, 'a', types.int(false)), column(2, 'b', types.string())])
  assert.deepEqual(evolveContract('s', before, again), { contract: before, changes: [] })
})

test('columns keep their ids by name; a new one gets an id that was never used', () => {
  const { contract: next, changes } = evolveContract(
    's',
    before,
    contract([column(1, 'c', types.string()), column(2, 'a', types.bigint(false))]),
  )
  assert.deepEqual(
    next.columns.map((one) => (one.kind === 'physical' ? [one.name, one.id] : [])),
    [
      ['c', 3],
      ['a', 1],
    ],
  )
  assert.equal(next.version, 2)
  assert.deepEqual(changes, ['new column c STRING', 'column a: INT NOT NULL -> BIGINT NOT NULL', 'column b is no longer read'])
})

test('what old rows cannot be read as is refused, with what to do', () => {
  const refused: readonly [Contract, RegExp][] = [
    [contract([column(1, 'a', types.string(false)), column(2, 'b', types.string())]), /INT NOT NULL and cannot become STRING NOT NULL/],
    [contract([...before.columns, column(3, 'c', types.int(false))]), /new column c is NOT NULL/],
    [contract([column(1, 'a', types.int(false)), column(2, 'b', types.string(false))]), /STRING and cannot become STRING NOT NULL/],
    [contract(before.columns, { distributedBy: ['a'] }), /its key cannot change/],
    [contract(before.columns, { buckets: 0 }), /has 1 buckets and cannot have 0/],
  ]
  for (const [wanted, says] of refused) {
    assert.throws(
      () => evolveContract('s', before, wanted),
      (error: { code: string; message: string }) => error.code === 'MS-7010' && says.test(error.message),
    )
  }
})

test('options, comment and watermark change without touching columns', () => {
  const wanted = contract(before.columns, {
    options: { tier: 'high' },
    comment: 'c',
    watermark: { column: 'a', expression: 'a' },
    buckets: 3,
  })
  assert.deepEqual(evolveContract('s', before, wanted).changes, [
    'watermark: none -> {"column":"a","expression":"a"}',
    'comment: none -> c',
    'buckets: 1 -> 3',
    'option tier: (unset) -> high',
  ])
})
