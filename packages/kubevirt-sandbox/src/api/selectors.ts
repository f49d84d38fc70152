// SPDX-License-Identifier: Apache-2.0
import type { KubeObject } from '../types';
import type { ResourceType } from './resources';
import { badRequest } from './status';

export type Predicate = (object: KubeObject) => boolean;

const SET_REQUIREMENT = /^([^\s,!=]+)\s+(in|notin)\s+\(([^)]*)\)$/;
const EQUALITY = /^([^\s,!=()]+)\s*(==|=|!=)\s*([^\s,=!()]*)$/;
const EXISTS = /^(!)?\s*([^\s,=!()]+)$/;

/** Splits at commas outside parentheses. */
function requirements(selector: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let current = '';
  for (const character of selector) {
    if (character === ',' && depth === 0) {
      parts.push(current);
      current = '';
    } else {
      depth += character === '(' ? 1 : 0;
      depth -= character === ')' ? 1 : 0;
      current += character;
    }
  }
  parts.push(current);
  return parts.map(part => part.trim()).filter(part => part.length > 0);
}

/** @throws 400 for a selector that does not parse. */
export function parseLabelSelector(selector: string): Predicate {
  const tests = requirements(selector).map(text => {
    const set = text.match(SET_REQUIREMENT);
    if (set) {
      const values = set[3].split(',').map(value => value.trim());
      return (labels: Record<string, string>) => {
        const present = set[1] in labels && values.includes(labels[set[1]]);
        return set[2] === 'in' ? present : !present;
      };
    }
    const equality = text.match(EQUALITY);
    if (equality) {
      return (labels: Record<string, string>) =>
        equality[2] === '!='
          ? labels[equality[1]] !== equality[3]
          : labels[equality[1]] === equality[3];
    }
    const exists = text.match(EXISTS);
    if (exists) {
      return (labels: Record<string, string>) =>
        exists[1] ? !(exists[2] in labels) : exists[2] in labels;
    }
    throw badRequest(
      `unable to parse requirement: found '${text}', expected: ',' or 'end of string'`,
    );
  });
  return object => tests.every(test => test(object.metadata.labels ?? {}));
}

function valueAt(object: KubeObject, path: string): string {
  if (path === 'source') {
    return object.source?.component ?? '';
  }
  const value = path
    .split('.')
    .reduce<any>((part, field) => part?.[field], object);
  return value === undefined || value === null ? '' : String(value);
}

/** @throws 400 for a field that the resource cannot be selected by. */
export function parseFieldSelector(
  type: ResourceType,
  selector: string,
): Predicate {
  const allowed = new Set([
    'metadata.name',
    ...(type.namespaced ? ['metadata.namespace'] : []),
    ...(type.selectable ?? []),
  ]);
  const tests = selector
    .split(',')
    .filter(part => part.length > 0)
    .map(part => {
      const match = part.match(/^([^=!]+)(==|=|!=)(.*)$/);
      if (!match) {
        throw badRequest(
          `invalid selector: '${selector}'; can't understand '${part}'`,
        );
      }
      const [, field, operator, expected] = match;
      if (!allowed.has(field)) {
        throw badRequest(`field label not supported: ${field}`);
      }
      return (object: KubeObject) =>
        (valueAt(object, field) === expected) === (operator !== '!=');
    });
  return object => tests.every(test => test(object));
}
