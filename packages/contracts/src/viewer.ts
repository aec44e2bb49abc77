import { z } from './z.js'

/** Who calls, as the gateway found out from the token. Apps get it in the signed internal header. */
export const Viewer = z.object({
  sub: z.string().min(1).max(128),
  roles: z.array(z.string()),
  scopes: z.array(z.string()),
})
export type Viewer = z.infer<typeof Viewer>

export const accessLevels = ['public', 'viewer', 'editor', 'data', 'admin'] as const
export type Access = (typeof accessLevels)[number]

/** The one place that says what a role or scope may do. `admin` may everything. */
export function mayAccess(viewer: Viewer | null, access: Access): boolean {
  if (access === 'public') return true
  if (!viewer) return false
  if (access === 'viewer' || viewer.roles.includes('admin')) return true
  if (access === 'editor') return viewer.roles.includes('editor')
  if (access === 'data') return viewer.scopes.includes('data')
  return false
}
