// SPDX-License-Identifier: Apache-2.0
import { groupVersion, resourceKey, ResourceType } from '../api/resources';
import {
  parseFieldSelector,
  parseLabelSelector,
  Predicate,
} from '../api/selectors';
import { ApiError, badRequest, expired } from '../api/status';
import { toJson } from '../json';
import { ObjectStore, objectKey } from '../storage/objectStore';
import type { KubeObject } from '../types';
import { metadataOnly, View } from './content';

const CONTINUE_EXPIRED =
  'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.';

/** So many paged lists may be under way at once. */
const MAX_SNAPSHOTS = 50;

type Token = { v: 'meta.k8s.io/v1'; rv: number; start: string };

export function selection(
  type: ResourceType,
  params: URLSearchParams,
): Predicate {
  const labels = parseLabelSelector(params.get('labelSelector') ?? '');
  const fields = parseFieldSelector(type, params.get('fieldSelector') ?? '');
  return object => labels(object) && fields(object);
}

/** JSON of one object in the version and view that the client asked for. */
export function writeObject(
  type: ResourceType,
  object: KubeObject,
  version: string,
  view: View = 'object',
): string {
  if (view === 'metadata') {
    return JSON.stringify(metadataOnly(object));
  }
  return version === type.versions[0]
    ? toJson(object)
    : JSON.stringify({
        ...object,
        apiVersion: groupVersion(type.group, version),
      });
}

/** 504 for a version of the future, as a restored or reset cluster answers. */
export function checkVersion(store: ObjectStore, text: string | null): number {
  if (text === null || text === '') {
    return 0;
  }
  if (!/^\d+$/.test(text)) {
    throw badRequest(
      `invalid resource version: strconv.ParseUint: parsing ${JSON.stringify(
        text,
      )}: invalid syntax`,
    );
  }
  const version = Number(text);
  if (version > store.version) {
    throw new ApiError({
      code: 504,
      reason: 'Timeout',
      message: `Timeout: Too large resource version: ${version}, current: ${store.version}`,
      details: {
        causes: [
          {
            reason: 'ResourceVersionTooLarge',
            message: 'Too large resource version',
          },
        ],
        retryAfterSeconds: 1,
      },
    });
  }
  return version;
}

/** Lists with paging over a fixed state. */
export class Lists {
  readonly #store: ObjectStore;
  readonly #snapshots = new Map<string, KubeObject[]>();

  constructor(options: { store: ObjectStore }) {
    this.#store = options.store;
  }

  /** Makes all continue tokens worthless. */
  compact(): void {
    this.#snapshots.clear();
  }

  /** JSON text of the list. */
  list(
    type: ResourceType,
    version: string,
    namespace: string | undefined,
    params: URLSearchParams,
    view: View,
  ): string {
    const matches = selection(type, params);
    const limit = Number(params.get('limit') ?? 0) || 0;
    const token = params.get('continue');
    const { objects, at, start } = token
      ? this.#continued(type, namespace, token)
      : this.#fresh(type, namespace, params);
    const from = objects.filter(
      object =>
        (start === '' ||
          objectKey(object.metadata.namespace, object.metadata.name!) >=
            start) &&
        matches(object),
    );
    const page = limit > 0 ? from.slice(0, limit) : from;
    const metadata: Record<string, unknown> = {
      ...(type.custom && { continue: '' }),
      resourceVersion: String(at),
    };
    if (page.length < from.length) {
      const next = from[page.length].metadata;
      this.#remember(type, namespace, at, objects);
      const content: Token = {
        v: 'meta.k8s.io/v1',
        rv: at,
        start: objectKey(next.namespace, next.name!),
      };
      metadata.continue = Buffer.from(JSON.stringify(content)).toString(
        'base64url',
      );
      if (!params.get('labelSelector') && !params.get('fieldSelector')) {
        metadata.remainingItemCount = from.length - page.length;
      }
    }
    return this.#write(type, version, page, metadata, view);
  }

  #write(
    type: ResourceType,
    version: string,
    page: KubeObject[],
    metadata: object,
    view: View,
  ): string {
    const items = page.map(object => {
      const text = writeObject(type, object, version, view);
      // items of built-in kinds carry neither kind nor apiVersion
      return type.custom || view === 'metadata'
        ? text
        : JSON.stringify({
            ...object,
            kind: undefined,
            apiVersion: undefined,
          });
    });
    const [kind, apiVersion] =
      view === 'metadata'
        ? ['PartialObjectMetadataList', 'meta.k8s.io/v1']
        : [`${type.kind}List`, groupVersion(type.group, version)];
    return `{"kind":${JSON.stringify(kind)},"apiVersion":${JSON.stringify(
      apiVersion,
    )},"metadata":${JSON.stringify(metadata)},"items":[${items.join(',')}]}`;
  }

  #fresh(
    type: ResourceType,
    namespace: string | undefined,
    params: URLSearchParams,
  ) {
    const wanted = checkVersion(this.#store, params.get('resourceVersion'));
    const exact = params.get('resourceVersionMatch') === 'Exact';
    if (exact && wanted !== this.#store.version) {
      throw expired('The resourceVersion for the provided list is too old.');
    }
    return {
      objects: this.#store.list(resourceKey(type), namespace),
      at: this.#store.version,
      start: '',
    };
  }

  #continued(type: ResourceType, namespace: string | undefined, text: string) {
    let token: Token;
    try {
      token = JSON.parse(Buffer.from(text, 'base64url').toString());
    } catch {
      token = { v: 'meta.k8s.io/v1', rv: -1, start: '' };
    }
    if (typeof token?.rv !== 'number' || token.rv < 0) {
      throw badRequest(
        'continue key is not valid: incorrect encoded start resourceVersion (version meta.k8s.io/v1)',
      );
    }
    const objects = this.#snapshots.get(this.#key(type, namespace, token.rv));
    if (!objects) {
      throw expired(CONTINUE_EXPIRED);
    }
    return { objects, at: token.rv, start: token.start };
  }

  #remember(
    type: ResourceType,
    namespace: string | undefined,
    at: number,
    objects: KubeObject[],
  ) {
    const key = this.#key(type, namespace, at);
    this.#snapshots.delete(key);
    this.#snapshots.set(key, objects);
    if (this.#snapshots.size > MAX_SNAPSHOTS) {
      this.#snapshots.delete(this.#snapshots.keys().next().value!);
    }
  }

  #key(type: ResourceType, namespace: string | undefined, at: number) {
    return `${resourceKey(type)} ${namespace ?? ''} ${at}`;
  }
}
