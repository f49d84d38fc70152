// SPDX-License-Identifier: Apache-2.0
import { deepCopy } from '../json';

const STRING = /\$\{([a-zA-Z0-9_]+)\}/g;
const NON_STRING = /^\$\{\{([a-zA-Z0-9_]+)\}\}$/;

/** Every text of a value, keys left out. */
function textsOf(value: unknown): string[] {
  if (typeof value === 'string') {
    return [value];
  }
  return value !== null && typeof value === 'object'
    ? Object.values(value).flatMap(textsOf)
    : [];
}

/** Names of the parameters that a template's machine or message refers to. */
export function referencedParameters(spec: any): Set<string> {
  const names = new Set<string>();
  for (const text of [...textsOf(spec.virtualMachine), spec.message ?? '']) {
    const whole = NON_STRING.exec(text);
    if (whole) {
      names.add(whole[1]);
    } else {
      for (const match of text.matchAll(STRING)) {
        names.add(match[1]);
      }
    }
  }
  return names;
}

function substitute(value: unknown, values: Map<string, string>): unknown {
  if (typeof value === 'string') {
    const whole = NON_STRING.exec(value);
    if (whole) {
      const text = values.get(whole[1]) ?? '';
      try {
        return JSON.parse(text);
      } catch {
        return text;
      }
    }
    return value.replace(STRING, (_, name) => values.get(name) ?? '');
  }
  if (Array.isArray(value)) {
    return value.map(entry => substitute(entry, values));
  }
  if (value !== null && typeof value === 'object') {
    return Object.fromEntries(
      Object.entries(value).map(([key, entry]) => [
        key,
        substitute(entry, values),
      ]),
    );
  }
  return value;
}

/**
 * The machine that a template makes.
 *
 * @throws Error in virt-template's words
 */
export function processTemplate(
  spec: any,
  given: Record<string, string>,
): { virtualMachine: any; message: string } {
  const values = new Map<string, string>();
  const parameters: any[] = spec.parameters ?? [];
  for (const name of Object.keys(given)) {
    if (!parameters.some(parameter => parameter.name === name)) {
      throw new Error(`parameter ${name} not found in template`);
    }
  }
  parameters.forEach((parameter, index) => {
    let value = given[parameter.name] ?? parameter.value ?? '';
    if (value === '' && parameter.generate === 'expression') {
      const [, length = '6'] = /\{(\d+)\}$/.exec(parameter.from ?? '') ?? [];
      value = Array.from({ length: Number(length) }, () =>
        Math.floor(Math.random() * 36).toString(36),
      ).join('');
    }
    if (value === '' && parameter.required) {
      throw new Error(
        `spec.parameters[${index}].value: Required value: parameter '${parameter.name}' is required and a value must be specified`,
      );
    }
    values.set(parameter.name, value);
  });
  const vm = deepCopy(spec.virtualMachine);
  // a namespace that isn't a parameter is no part of a template
  if (vm.metadata?.namespace && !vm.metadata.namespace.includes('${')) {
    delete vm.metadata.namespace;
  }
  return {
    virtualMachine: {
      ...(substitute(vm, values) as object),
      apiVersion: 'kubevirt.io/v1',
      kind: 'VirtualMachine',
    },
    message: String(substitute(spec.message ?? '', values)),
  };
}
