export const root: string
export function findNode(): string | null
export const withCompileCache: Readonly<Record<string, string | undefined>>
