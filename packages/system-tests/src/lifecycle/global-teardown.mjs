export default () => globalThis.__marqueePlatform?.end()
