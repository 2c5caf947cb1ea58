export type Rule = 'MIN' | 'MAX' | 'FIRST_VALUE' | 'LAST_VALUE'

/** A condition in a kernel: does the new value replace the present one? `order` is a comparison of the two, e.g. `x < a[s]`. */
export function replaces(rule: Rule, isSet: string, less: string, greater: string): string {
  switch (rule) {
    case 'MIN':
      return `!(${isSet}) || ${less}`
    case 'MAX':
      return `!(${isSet}) || ${greater}`
    case 'FIRST_VALUE':
      return `!(${isSet})`
    case 'LAST_VALUE':
      return 'true'
  }
}
