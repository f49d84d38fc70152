// SPDX-License-Identifier: Apache-2.0
import type { KubeObject } from '../../types';
import type { WriteOptions } from '../objectApi';
import { resourceKey, ResourceType } from '../resources';
import { ApiError, internalError, StatusCause } from '../status';

export type AdmissionRequest = WriteOptions & {
  operation: 'CREATE' | 'UPDATE';
  type: ResourceType;
  object: KubeObject;
  oldObject?: KubeObject;
};

/** A refusal: causes make a 422, a bare text a 400 without reason. */
export type Denial = { causes: StatusCause[] } | { message: string };

export interface Webhook {
  /** The name in its configuration; part of every message. */
  name: string;
  /** Path at virt-api; part of the message when it cannot be reached. */
  path: string;
  /** `<group>/<plural>` */
  resource: string;
  operations: Array<'CREATE' | 'UPDATE'>;
  subresource?: 'status';
  /** Answered by somebody else than virt-api: works while that is down. */
  elsewhere?: boolean;
  /** Changes the object in place. May throw WebhookCrash. */
  mutate?(request: AdmissionRequest): void;
  validate?(request: AdmissionRequest): Denial | undefined;
}

/** virt-api panics and drops the connection; some requests really do that. */
export class WebhookCrash extends Error {}

/** Asks the API server's own plug-ins, then virt-api's webhooks in the order of their configurations. */
export class Admission {
  readonly #plugins: ((request: AdmissionRequest) => void)[];
  readonly #webhooks: Webhook[];
  readonly #isUp: () => boolean;

  constructor(options: {
    /** They throw ApiError. */
    plugins?: ((request: AdmissionRequest) => void)[];
    webhooks: Webhook[];
    isUp: () => boolean;
  }) {
    this.#plugins = options.plugins ?? [];
    this.#webhooks = options.webhooks;
    this.#isUp = options.isUp;
  }

  mutate(request: AdmissionRequest): void {
    for (const webhook of this.#matching(request)) {
      if (webhook.mutate) {
        this.#call(webhook, () => webhook.mutate!(request));
      }
    }
  }

  /** @throws ApiError with the first refusal */
  validate(request: AdmissionRequest): void {
    this.#plugins.forEach(check => check(request));
    for (const webhook of this.#matching(request)) {
      if (webhook.validate) {
        const denial = this.#call(webhook, () => webhook.validate!(request));
        if (denial) {
          throw this.#refusal(webhook, denial);
        }
      }
    }
  }

  #matching(request: AdmissionRequest): Webhook[] {
    const key = resourceKey(request.type);
    return this.#webhooks.filter(
      webhook =>
        webhook.resource === key &&
        webhook.operations.includes(request.operation) &&
        webhook.subresource === request.subresource,
    );
  }

  #call<T>(webhook: Webhook, action: () => T): T {
    const url = `https://virt-api.kubevirt.svc:6450/${webhook.path}?timeout=10s`;
    const failed = (trouble: string) =>
      internalError(
        `failed calling webhook "${webhook.name}": failed to call webhook: Post "${url}": ${trouble}`,
      );
    if (!this.#isUp() && !webhook.elsewhere) {
      throw failed('dial tcp 127.0.0.1:6450: connect: connection refused');
    }
    try {
      return action();
    } catch (error) {
      if (error instanceof WebhookCrash) {
        throw failed('EOF');
      }
      throw error;
    }
  }

  #refusal(webhook: Webhook, denial: Denial): ApiError {
    const prefix = `admission webhook "${webhook.name}" denied the request: `;
    if ('causes' in denial) {
      const causes = denial.causes.slice(0, 10);
      return new ApiError({
        code: 422,
        reason: 'Invalid',
        message: prefix + causes.map(cause => cause.message).join(', '),
        details: { causes },
      });
    }
    return new ApiError({ code: 400, message: prefix + denial.message });
  }
}

export function denied(
  reason: string,
  field: string,
  message: string,
): StatusCause {
  return { reason, message, field };
}

export function invalidField(field: string, message: string): StatusCause {
  return denied('FieldValueInvalid', field, message);
}
