import { errors } from '../base/errors.ts'
import { limits } from '../base/limits.ts'
import type { ListQuery } from './host.ts'

/** `?limit=&cursor=&search=` of a list. The cursor is the last name of the page before. */
export function pageOf(query: Readonly<Record<string, string>>): ListQuery {
  const limit = query['limit'] === undefined ? limits.pageItemsDefault : Number(query['limit'])
  if (!Number.isInteger(limit) || limit < 1 || limit > limits.pageItemsMax) {
    const reason = `limit is '${query['limit']}'`
    throw errors.fail('MS-7009', { reason, advice: `It is a whole number from 1 to ${limits.pageItemsMax}.` })
  }
  return { limit, after: query['cursor'] ?? '', search: query['search'] ?? '' }
}
