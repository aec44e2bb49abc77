export interface Reply {
  status: number
  /** Names in lower case. `content-length` and `x-request-id` are added. */
  headers?: Record<string, string> | undefined
  body?: Buffer | string | undefined
}

export const jsonType = 'application/json'

/** A reply from a value that is not bytes yet; what is cached should be kept as bytes and replied as such. */
export const json = (status: number, value: unknown, headers?: Record<string, string>): Reply => ({
  status,
  headers: { 'content-type': jsonType, ...headers },
  body: Buffer.from(JSON.stringify(value)),
})

/** A reply of finished JSON bytes. */
export const jsonBytes = (status: number, body: Buffer, headers?: Record<string, string>): Reply => ({
  status,
  headers: { 'content-type': jsonType, ...headers },
  body,
})

export const noContent = (headers?: Record<string, string>): Reply => ({ status: 204, headers })
