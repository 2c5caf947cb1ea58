/** How a text becomes a value of an option; null when it is none. */
export interface OptionKind<T> {
  /** For docs and forms: `duration`, `one of low, medium, high`. */
  readonly name: string
  read(text: string): T | null
  /** Bounds are compared as numbers; null where values have no order. */
  size(value: T): number | null
  /** The allowed texts, where they are a short list: for forms and completion. */
  readonly choices?: readonly string[]
}

/**
 * An option, described once: `duration().default('5 s').min('1 s').doc('...')`. Each call answers a new description.
 * `T` is the type of its value; `null` is part of it until there is a default or it is required.
 */
export class Option<T> {
  readonly kind: OptionKind<NonNullable<T>>
  readonly defaultText: string | null
  readonly isRequired: boolean
  readonly minText: string | null
  readonly maxText: string | null
  readonly documentation: string

  constructor(kind: OptionKind<NonNullable<T>>, from: Partial<Omit<Option<unknown>, 'kind'>> = {}) {
    this.kind = kind
    this.defaultText = from.defaultText ?? null
    this.isRequired = from.isRequired ?? false
    this.minText = from.minText ?? null
    this.maxText = from.maxText ?? null
    this.documentation = from.documentation ?? ''
  }

  default(text: string): Option<NonNullable<T>> {
    return new Option<NonNullable<T>>(this.kind, { ...this, defaultText: text })
  }

  required(): Option<NonNullable<T>> {
    return new Option<NonNullable<T>>(this.kind, { ...this, isRequired: true })
  }

  min(text: string): Option<T> {
    return new Option<T>(this.kind, { ...this, minText: text })
  }

  max(text: string): Option<T> {
    return new Option<T>(this.kind, { ...this, maxText: text })
  }

  /** One sentence for the docs page, `EXPLAIN` and forms. */
  doc(text: string): Option<T> {
    return new Option<T>(this.kind, { ...this, documentation: text })
  }
}
