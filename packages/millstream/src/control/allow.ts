import { errors } from '../base/errors.ts'

/** Who asks. `local` is everybody on loopback while no token is asked for. */
export interface Principal {
  readonly name: string
  readonly tenant: string
}
export const localPrincipal: Principal = { name: 'local', tenant: 'default' }
/** Millstream itself, for system streams and restarts. */
export const systemPrincipal: Principal = { name: 'millstream', tenant: 'default' }

export type Verb = 'read' | 'write' | 'define' | 'delete' | 'operate'

export interface ObjectName {
  readonly tenant: string
  readonly kind: string
  readonly name: string
}

/** The one place where rights are decided: a principal may do everything in its own tenant, and nothing in another's. */
export function allow(principal: Principal, _verb: Verb, object: ObjectName): boolean {
  return principal.name === systemPrincipal.name || principal.tenant === object.tenant
}

export function mustAllow(principal: Principal, verb: Verb, object: ObjectName): void {
  if (allow(principal, verb, object)) return
  throw errors.fail('MS-7008', { principal: principal.name, verb, object: `${object.kind} ${object.tenant}.${object.name}` })
}
