import { hash } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { errors } from '../base/errors.ts'
import type { ProducerMark } from '../log/log.ts'

/** Who sends, from the headers; a key's mark still needs the body. Null: nobody who wants to be known again. */
export type Sender = Extract<ProducerMark, { kind: 'sequence' }> | { readonly kind: 'key'; readonly keyHash: string }

const printable = /^[\x20-\x7e]+$/
const wholeNumber = /^\d{1,15}$/

export function senderOf(headers: IncomingHttpHeaders): Sender | null {
  const producer = headers['millstream-producer-id'] as string | undefined
  const key = headers['idempotency-key'] as string | undefined
  if (producer === undefined) {
    if (headers['millstream-producer-epoch'] !== undefined || headers['millstream-producer-sequence'] !== undefined) {
      throw wrong('Millstream-Producer-Id is missing')
    }
    if (key === undefined) return null
    if (key.length > 255 || !printable.test(key)) throw wrong('Idempotency-Key is empty, too long or not printable')
    return { kind: 'key', keyHash: hash('sha256', key, 'hex') }
  }
  if (key !== undefined) throw wrong('both a producer and an Idempotency-Key are given')
  if (producer.length > 128 || !printable.test(producer)) throw wrong('Millstream-Producer-Id is empty, too long or not printable')
  const epoch = headers['millstream-producer-epoch'] as string | undefined
  const sequence = headers['millstream-producer-sequence'] as string | undefined
  if (epoch === undefined || !wholeNumber.test(epoch)) throw wrong('Millstream-Producer-Epoch is not a whole number')
  if (sequence === undefined || !wholeNumber.test(sequence)) throw wrong('Millstream-Producer-Sequence is not a whole number')
  return { kind: 'sequence', producer, epoch: Number(epoch), sequence: Number(sequence) }
}

export function markOf(sender: Sender, body: Uint8Array): ProducerMark {
  return sender.kind === 'sequence' ? sender : { ...sender, bodyHash: hash('sha256', body, 'hex') }
}

const wrong = (reason: string) => errors.fail('MS-4011', { reason })
