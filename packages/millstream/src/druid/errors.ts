import { MillstreamError } from '../base/errors.ts'
import { jsonText } from './json.ts'

/** An answer of Druid's API, ready to be sent. */
export interface DruidResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

interface Kind {
  readonly error: string
  readonly errorCode: string
  readonly persona: string
  readonly category: string
  readonly errorClass: string
}

const invalidInput: Kind = {
  error: 'druidException',
  errorCode: 'invalidInput',
  persona: 'USER',
  category: 'INVALID_INPUT',
  errorClass: 'org.apache.druid.error.DruidException',
}
const kinds: Readonly<Record<string, Kind>> = {
  'MS-6000': { ...invalidInput, errorCode: 'unsupported', persona: 'OPERATOR', category: 'UNSUPPORTED' },
  'MS-6003': {
    ...invalidInput,
    errorCode: 'legacyQueryException',
    persona: 'OPERATOR',
    category: 'TIMEOUT',
    error: 'Query timeout',
    errorClass: 'org.apache.druid.query.QueryTimeoutException',
  },
  'MS-6006': {
    ...invalidInput,
    error: 'Resource limit exceeded',
    category: 'CAPACITY_EXCEEDED',
    errorClass: 'org.apache.druid.query.ResourceLimitExceededException',
  },
}
const failed: Kind = {
  error: 'druidException',
  errorCode: 'general',
  persona: 'OPERATOR',
  category: 'RUNTIME_FAILURE',
  errorClass: 'org.apache.druid.error.DruidException',
}

/** An error in the body that Druid's clients read: `error`, `errorClass` and `errorMessage`, with our code in the context. */
export function druidError(error: unknown): DruidResponse {
  const known = error instanceof MillstreamError
  const kind = known ? (kinds[error.code] ?? (error.domain === 'user' ? invalidInput : failed)) : failed
  const place = known ? error.place : undefined
  const at = place?.line === undefined ? '' : ` (line [${place.line}], column [${place.column ?? 1}])`
  const message = `${error instanceof Error ? error.message : String(error)}${at}`
  const context: Record<string, string> = known ? { code: error.code, advice: error.advice, sourceType: 'sql' } : {}
  if (place?.line !== undefined) Object.assign(context, { line: String(place.line), column: String(place.column ?? 1) })
  return {
    status: known ? error.http : 500,
    headers: { 'content-type': 'application/json' },
    body: jsonText({ ...kind, errorMessage: message, host: null, context }),
  }
}
