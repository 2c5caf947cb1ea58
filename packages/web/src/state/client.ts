import { createClient } from '@millstream/client'

/** The server that served the page. */
export const client = createClient({ server: location.origin })
