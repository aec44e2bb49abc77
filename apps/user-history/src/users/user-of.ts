import { isUuid, type Viewer } from '@marquee/contracts'
import { ApiError } from '@marquee/service-kit'

/** The person whose token this is. @throws ApiError forbidden for a token that names none of our people */
export function userOf({ sub }: Viewer): string {
  if (isUuid(sub)) return sub.toLowerCase()
  throw new ApiError(
    'forbidden',
    'The subject of this token is no user id (a UUID), so there is no person to keep this for. Use the token of a user.',
  )
}
