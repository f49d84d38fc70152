// SPDX-License-Identifier: Apache-2.0
import type { EntityLink } from '@backstage/catalog-model';
import type { Config } from '@backstage/config';
import { InputError } from '@backstage/errors';
import type { VmRef } from 'backstage-plugin-kubevirt-snapshots-common';
import { vmEntityName } from 'backstage-plugin-kubevirt-snapshots-node';

/** A link of each VM; its address has placeholders in braces. */
export type LinkTemplate = EntityLink & { url: string; title: string };

/** What stands in braces in an address. */
const PLACEHOLDER = /\{(\w+)\}/g;

const valuesOf = (ref: VmRef): Record<string, string> => ({
  cluster: ref.cluster,
  namespace: ref.namespace,
  name: ref.name,
  entity: vmEntityName(ref),
});

function filled(url: string, values: Record<string, string>): string {
  return url.replace(PLACEHOLDER, (_, key) => encodeURIComponent(values[key]));
}

/** @throws InputError that names the key and what to do */
function readTemplate(config: Config, at: string): LinkTemplate {
  const url = config.getString('url');
  const known = valuesOf({ cluster: 'c', namespace: 'n', name: 'v' });
  const unknown = Array.from(url.matchAll(PLACEHOLDER), match => match[1]).find(
    key => !(key in known),
  );
  if (unknown) {
    throw new InputError(
      `${at}.url has the placeholder {${unknown}}. There are {cluster}, {namespace}, {name} and {entity}.`,
    );
  }
  const address = filled(url, known);
  // What a browser would run instead of opening is no address of a page.
  if (!URL.canParse(address) || !/^https?:$/.test(new URL(address).protocol)) {
    throw new InputError(
      `${at}.url is "${url}", which is no address that begins with https:// or http://.`,
    );
  }
  return {
    url,
    title: config.getString('title'),
    icon: config.getOptionalString('icon'),
  };
}

/**
 * The links of each VM: to its snapshots in this portal, and those that the
 * provider is configured with, such as to the console of the cluster.
 *
 * @throws InputError that names the key and what to do
 */
export function readLinks(
  config: Config,
  options: {
    at: string;
    /** Address of the portal. */
    baseUrl?: string;
  },
): LinkTemplate[] {
  const { at, baseUrl } = options;
  const configured = config.getOptionalConfigArray('links') ?? [];
  return [
    ...(baseUrl
      ? [
          {
            url: `${baseUrl.replace(
              /\/$/,
              '',
            )}/catalog/default/resource/{entity}/snapshots`,
            title: 'Snapshots',
          },
        ]
      : []),
    ...configured.map((one, i) => readTemplate(one, `${at}.links[${i}]`)),
  ];
}

/** The links of one VM. */
export function linksOf(
  ref: VmRef,
  templates: readonly LinkTemplate[],
): EntityLink[] {
  return templates.map(({ url, title, icon }) => ({
    url: filled(url, valuesOf(ref)),
    title,
    ...(icon && { icon }),
  }));
}
