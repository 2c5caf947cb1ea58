import { createHash } from 'node:crypto'
import type { Clock, Random } from '../base/ports.ts'
import { mustAllow, type Principal } from './allow.ts'
import { checkName } from './names.ts'
import type { RecordStore } from './record-store.ts'
import { keys, type TokenRecord } from './records.ts'

const prefix = 'mst_'

/** Tokens by their hash: the text itself is shown once and kept nowhere. */
export class Tokens {
  readonly #records: RecordStore
  readonly #clock: Clock
  readonly #random: Random

  constructor(records: RecordStore, clock: Clock, random: Random) {
    this.#records = records
    this.#clock = clock
    this.#random = random
  }

  any(): boolean {
    return this.#records.list(keys.tokens).length > 0
  }

  async create(principal: Principal, name: string): Promise<string> {
    checkName('token', name)
    mustAllow(principal, 'operate', { tenant: principal.tenant, kind: 'token', name })
    const token = prefix + Buffer.from(this.#random.bytes(24)).toString('base64url')
    const record: TokenRecord = { name, tenant: principal.tenant, createdAtMs: this.#clock.nowMs() }
    await this.#records.commit([{ key: keys.token(hashOf(token)), expect: 0, value: record }])
    return token
  }

  /** `Bearer TOKEN`, or Basic with the token as password, as Druid's clients send it. */
  find(authorization: string | undefined): Principal | null {
    const [scheme = '', value = ''] = (authorization ?? '').split(' ')
    const token = scheme.toLowerCase() === 'basic' ? passwordOf(value) : scheme.toLowerCase() === 'bearer' ? value : ''
    if (!token.startsWith(prefix)) return null
    const record = this.#records.get<TokenRecord>(keys.token(hashOf(token)))?.value
    return record === undefined ? null : { name: record.name, tenant: record.tenant }
  }
}

/** A lookup by hash tells an attacker nothing by its time. */
const hashOf = (token: string): string => createHash('sha256').update(token).digest('hex')

const passwordOf = (encoded: string): string => Buffer.from(encoded, 'base64').toString('utf8').split(':').slice(1).join(':')
