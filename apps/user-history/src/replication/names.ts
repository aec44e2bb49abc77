/** What replication is called on the servers. Slots and roles belong to a whole server, so tests on one server use names of their own. */
export interface ReplicationNames {
  publication: string
  subscription: string
  slot: string
  roles: { analyst: string; federation: string; replication: string }
}

export const replicationNames: ReplicationNames = {
  publication: 'analytics_pub',
  subscription: 'analytics_sub',
  slot: 'analytics_sub',
  roles: { analyst: 'analyst', federation: 'federation', replication: 'replication' },
}

/** A value inside a statement that takes no parameters. */
export const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`
