// SPDX-License-Identifier: Apache-2.0
import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import {
  entityEnvelopeSchemaValidator,
  stringifyEntityRef,
  type Entity,
} from '@backstage/catalog-model';
import { parseVmRef } from 'backstage-plugin-kubevirt-snapshots-common';
import { parseAllDocuments } from 'yaml';

const FOLDER = resolve(__dirname, '../../../examples');

const entities = readdirSync(FOLDER).flatMap(name =>
  parseAllDocuments(readFileSync(resolve(FOLDER, name), 'utf8'), {
    prettyErrors: true,
  }).map(document => {
    if (document.errors.length > 0) {
      throw document.errors[0];
    }
    return document.toJS() as Entity;
  }),
);
const refs = entities.map(entity => stringifyEntityRef(entity));
const vms = entities.filter(entity => entity.spec?.type === 'virtual-machine');

describe('the demo catalog', () => {
  it('holds valid entities, each once', () => {
    const validate = entityEnvelopeSchemaValidator();
    for (const entity of entities) {
      expect(() => validate(entity)).not.toThrow();
    }
    expect(new Set(refs).size).toBe(refs.length);
  });

  it('names owners and systems that it holds', () => {
    for (const vm of vms) {
      expect(refs).toContain(vm.spec!.owner);
      expect(refs).toContain(`system:default/${vm.spec!.system}`);
    }
  });

  it('points at VMs that can be read, but for the malformed one', () => {
    const malformed = vms
      .filter(
        vm => !parseVmRef(vm.metadata.annotations!['kubevirt-snapshots/vm']),
      )
      .map(vm => vm.metadata.name);
    expect(malformed).toEqual(['malformed-01']);
  });
});
