/** How a body of events is read. */
export type EventBody = 'ndjson' | 'json' | 'csv'

const eventTypes: ReadonlyMap<string, EventBody> = new Map([
  ['application/x-ndjson', 'ndjson'],
  ['application/ndjson', 'ndjson'],
  ['application/jsonl', 'ndjson'],
  ['application/json', 'json'],
  ['text/csv', 'csv'],
])
/** Types that no form sends, so that a foreign page must ask first. */
const ourType = /^application\/(json|x-ndjson|sql|yaml|x-yaml|octet-stream|x-jackson-smile|(vnd\.)?[a-z0-9.+-]+\+json)$|^text\/csv$/

/** `Application/JSON; charset=utf-8` -> `application/json`; '' when there is none. */
export function bareType(header: string | undefined): string {
  if (header === undefined) return ''
  const end = header.indexOf(';')
  return (end < 0 ? header : header.slice(0, end)).trim().toLowerCase()
}

export const isEventType = (type: string): boolean => eventTypes.has(type)
export const isOurType = (type: string): boolean => ourType.test(type)

/** Null: not a type of events. */
export const eventBody = (header: string | undefined): EventBody | null => eventTypes.get(bareType(header)) ?? null
