import { errors } from '../base/errors.ts'
import { near } from '../base/near.ts'
import { streamOptions } from '../config/stream-options.ts'
import type { ConnectorDescriptor } from '../model/tables.ts'
import type { Property } from '../syntax/ast/query.ts'

/** Options that every table may have: what SQL itself reads. */
const common = [
  'connector',
  'scan.watermark.idle-timeout',
  'scan.watermark.emit.strategy',
  'scan.watermark.alignment.group',
  'property-version',
]

/** Every option must be known to the connector; the nearest known one is named. No check for a connector that nobody described. */
export function checkOptions(connector: string, options: readonly Property[], connectors: readonly ConnectorDescriptor[]): void {
  const described = connectors.find((each) => each.name === connector)
  const own = connector === 'millstream' ? streamOptions.names : []
  if (described === undefined && own.length === 0) return
  const known = [...new Set([...(described?.options ?? []), ...(described?.requiredOptions ?? []), ...own, ...common])]
  for (const option of options) {
    if (known.some((pattern) => fits(option.key, pattern))) continue
    const owner = `The connector '${connector}'`
    throw errors.fail('MS-2010', { owner, option: option.key, near: near(option.key, known), known: known.sort() }, option.keyAt)
  }
}

/** `fields.#.kind` and `fields.*.kind` take any name between the dots. */
function fits(key: string, pattern: string): boolean {
  if (!/[#*]/.test(pattern)) return key === pattern
  const source = pattern.split(/[#*]/).map((part) => part.replace(/[.\\^$+?()[\]{}|]/g, '\\$&'))
  return new RegExp(`^${source.join('.+')}$`).test(key)
}
