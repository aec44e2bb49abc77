import { run } from '@marquee/service-kit'
import { environment, gatewayConfig } from './config.js'
import { createGateway } from './service.js'

run(async () => {
  const gateway = createGateway(gatewayConfig(environment), environment)
  await gateway.listen()
  return gateway
})
