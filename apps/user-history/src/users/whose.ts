import { mayAccess, type Viewer } from '@marquee/contracts'
import { ApiError } from '@marquee/service-kit'

export const isAdmin = (viewer: Viewer): boolean => mayAccess(viewer, 'admin')
export const isSelf = (viewer: Viewer, id: string): boolean => viewer.sub.toLowerCase() === id

/** @throws ApiError forbidden: what is a person's is for that person and for admins */
export function onlySelfOrAdmin(viewer: Viewer, id: string): void {
  if (isSelf(viewer, id) || isAdmin(viewer)) return
  throw new ApiError('forbidden', 'This is another person’s.')
}

export const noUser = () => new ApiError('user_not_found', 'Nobody with this id is known.')
