import type { ParquetWriter } from 'hyparquet-writer'
import { errors } from '../../base/errors.ts'
import { type LogicalType, type RowField, typeText } from '../../data/types.ts'

type SchemaElement = ConstructorParameters<typeof ParquetWriter>[0]['schema'][number]

/** Parquet's schema: the tree of fields, flattened in depth-first order, as Flink's Parquet format maps its types. */
export function parquetSchema(fields: readonly RowField[]): SchemaElement[] {
  return [{ name: 'schema', num_children: fields.length }, ...fields.flatMap((field) => elements(field.name, field.type))]
}

function elements(name: string, type: LogicalType): SchemaElement[] {
  const common = { name, repetition_type: type.nullable ? 'OPTIONAL' : 'REQUIRED' } as const
  switch (type.kind) {
    case 'BOOLEAN':
      return [{ ...common, type: 'BOOLEAN' }]
    // the writer gives the logical type INTEGER a width that strict readers refuse: the older annotation says the same
    case 'TINYINT':
      return [{ ...common, type: 'INT32', converted_type: 'INT_8' }]
    case 'SMALLINT':
      return [{ ...common, type: 'INT32', converted_type: 'INT_16' }]
    case 'INT':
      return [{ ...common, type: 'INT32' }]
    case 'BIGINT':
      return [{ ...common, type: 'INT64' }]
    case 'FLOAT':
      return [{ ...common, type: 'FLOAT' }]
    case 'DOUBLE':
      return [{ ...common, type: 'DOUBLE' }]
    case 'DATE':
      return [{ ...common, type: 'INT32', converted_type: 'DATE', logical_type: { type: 'DATE' } }]
    case 'TIME':
      return [{ ...common, type: 'INT32', logical_type: { type: 'TIME', isAdjustedToUTC: false, unit: 'MILLIS' } }]
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ': {
      const unit = type.precision <= 3 ? 'MILLIS' : type.precision <= 6 ? 'MICROS' : 'NANOS'
      return [{ ...common, type: 'INT64', logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: type.kind === 'TIMESTAMP_LTZ', unit } }]
    }
    case 'DECIMAL': {
      const { precision, scale } = type
      const decimal = {
        ...common,
        converted_type: 'DECIMAL',
        precision,
        scale,
        logical_type: { type: 'DECIMAL', precision, scale },
      } as const
      if (precision <= 9) return [{ ...decimal, type: 'INT32' }]
      if (precision <= 18) return [{ ...decimal, type: 'INT64' }]
      return [{ ...decimal, type: 'FIXED_LEN_BYTE_ARRAY', type_length: decimalBytes(precision) }]
    }
    case 'CHAR':
    case 'VARCHAR':
      return [{ ...common, type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } }]
    case 'BINARY':
    case 'VARBINARY':
      return [{ ...common, type: 'BYTE_ARRAY' }]
    case 'ARRAY':
      return [
        { ...common, num_children: 1, converted_type: 'LIST', logical_type: { type: 'LIST' } },
        { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
        ...elements('element', type.element),
      ]
    case 'MAP':
    case 'MULTISET': {
      const key = type.kind === 'MAP' ? type.key : type.element
      return [
        { ...common, num_children: 1, converted_type: 'MAP', logical_type: { type: 'MAP' } },
        { name: 'key_value', repetition_type: 'REPEATED', num_children: 2 },
        ...elements('key', { ...key, nullable: false }),
        ...elements('value', type.kind === 'MAP' ? type.value : { kind: 'INT', nullable: false }),
      ]
    }
    case 'ROW':
      return [{ ...common, num_children: type.fields.length }, ...type.fields.flatMap((field) => elements(field.name, field.type))]
    default:
      throw errors.fail('MS-1012', { type: typeText(type), format: 'Parquet' })
  }
}

/** The fewest bytes that hold a signed number of so many decimal digits. */
function decimalBytes(precision: number): number {
  const largest = 10n ** BigInt(precision) - 1n
  let bytes = 1
  while (largest >> BigInt(8 * bytes - 1) > 0n) bytes++
  return bytes
}
