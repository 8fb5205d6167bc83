// npm ci && node validate.mjs FILE…: holds each against CycloneDX's own schema, unknown properties included.
import { readFile } from 'node:fs/promises'
import { Spec, Validation } from '@cyclonedx/cyclonedx-library'

const validator = new Validation.JsonStrictValidator(Spec.Version.v1dot6)
for (const file of process.argv.slice(2)) {
  const faults = await validator.validate(await readFile(file, 'utf8'))
  if (faults !== null) {
    console.error(`${file}: ${JSON.stringify(faults, null, 2)}`)
    process.exitCode = 1
  }
}
