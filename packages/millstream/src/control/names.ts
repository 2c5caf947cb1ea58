import { errors } from '../base/errors.ts'
import type { Random } from '../base/ports.ts'

const pattern = /^[a-z][a-z0-9_]{0,62}$/

export function checkName(kind: string, name: string): void {
  if (!pattern.test(name)) throw errors.fail('MS-7003', { kind, name })
}

/** `playback` is the caller's tenant's; `growth.playback` another's. */
export function qualify(text: string, tenant: string): { tenant: string; name: string } {
  const dot = text.indexOf('.')
  return dot < 0 ? { tenant, name: text } : { tenant: text.slice(0, dot), name: text.slice(dot + 1) }
}

const alphabet = 'abcdefghjkmnpqrstuvwxyz23456789'

/** Sixteen letters and digits; never given twice. */
export function newUid(random: Random, prefix: 's' | 'p' | 'd' | 'j'): string {
  let uid: string = prefix
  for (const byte of random.bytes(15)) uid += alphabet[byte % alphabet.length]
  return uid
}
